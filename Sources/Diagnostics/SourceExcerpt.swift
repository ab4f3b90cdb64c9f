/// One line of a file as a terminal shows it, with the cells that a caret marks.
///
/// Tabs become spaces, characters that would not show become visible, and a line that is too long keeps the part
/// around the marked place.
struct SourceExcerpt {
    /// The line, ready to print.
    private(set) var text = ""

    /// The cells in front of the marked place.
    private(set) var markStart = 0

    /// The number of cells that are marked, at least 1.
    private(set) var markWidth = 1

    /// - Parameters:
    ///   - line: the line without its break.
    ///   - columns: the marked Unicode scalars, counted from 0.
    ///   - width: the cells that there are for the line.
    init(of line: Substring, marking columns: Range<Int>, width: Int) {
        let cells = Self.cells(of: line, around: columns.lowerBound)
        let end = cells.last.map { $0.start + $0.width } ?? 0
        let marked = cells.filter { $0.scalars.overlaps(columns) }
        markStart = marked.first?.start ?? end
        let markEnd = marked.last.map { $0.start + $0.width } ?? end
        markWidth = max(1, markEnd - markStart)
        if end <= width {
            text = cells.map(\.text).joined()
            while text.last == " " { text.removeLast() }
        } else {
            cut(cells, to: max(width, Self.narrowest))
        }
    }

    /// A character as it is shown.
    private struct Cell {
        var text: String
        var scalars: Range<Int>
        var start: Int
        var width: Int
    }

    private static let tabStop = 4
    private static let narrowest = 20

    /// No terminal shows more characters of a line than these in front of the mark and after it.
    private static let reach = 2000

    private static func cells(of line: Substring, around column: Int) -> [Cell] {
        let scalars = line.unicodeScalars
        var scalar = max(0, column - reach)
        let from = scalars.index(scalars.startIndex, offsetBy: scalar, limitedBy: scalars.endIndex)
        var start = 0
        var cells: [Cell] = []
        for character in Substring(scalars[(from ?? scalars.endIndex)...].prefix(2 * reach)) {
            let text =
                character == "\t"
                ? String(repeating: " ", count: tabStop - start % tabStop) : VisibleText.of(String(character))
            let width = DisplayWidth.of(text)
            let count = character.unicodeScalars.count
            cells.append(Cell(text: text, scalars: scalar..<scalar + count, start: start, width: width))
            scalar += count
            start += width
        }
        return cells
    }

    /// Keeps `width` cells around the mark, with `…` where something is left out.
    private mutating func cut(_ cells: [Cell], to width: Int) {
        let end = cells.last.map { $0.start + $0.width } ?? 0
        // A third of the room stands in front of the mark, unless the mark needs it.
        let lead = max(0, min(width / 3, width - markWidth - 2))
        let first = max(0, min(markStart - lead, end - width))
        let cutsFront = first > 0
        let cutsBack = first + width < end
        let from = first + (cutsFront ? 1 : 0)
        let to = first + width - (cutsBack ? 1 : 0)
        let kept = cells.filter { $0.start >= from && $0.start + $0.width <= to }
        let keptStart = kept.first?.start ?? from
        // A wide character at the cut leaves a cell.
        text = (cutsFront ? "…" : "") + kept.map(\.text).joined() + (cutsBack ? "…" : "")
        markStart = min(max(0, markStart - keptStart), width - 1) + (cutsFront ? 1 : 0)
        markWidth = max(1, min(markWidth, width - markStart))
    }
}
