package import Diagnostics

/// A table whose columns align, in a terminal or a file.
///
/// ```
/// stage   split  rows  accuracy  f1
/// scores  test   120   0.9333    0.9331
/// ```
package struct TextTable: Sendable {
    package struct Column: Sendable {
        let title: String
        let alignment: TextAlignment

        package init(_ title: String, alignment: TextAlignment = .left) {
            self.title = title
            self.alignment = alignment
        }
    }

    private let columns: [Column]
    private var rows: [[String]] = []

    package init(_ columns: [Column]) { self.columns = columns }

    package var isEmpty: Bool { rows.isEmpty }

    /// Adds a row; cells that are missing are empty.
    package mutating func append(_ cells: [String]) {
        rows.append(columns.indices.map { $0 < cells.count ? cells[$0] : "" })
    }

    /// The table as lines, none longer than `width` cells: the last column is cut where there is no room.
    package func lines(width: Int = .max, style: TableStyle = TableStyle(usesColor: false)) -> [String] {
        let widths = columns.indices.map { index in
            rows.map { $0[index].displayWidth }.reduce(columns[index].title.displayWidth, max)
        }
        func line(_ cells: [String]) -> String {
            let padded = columns.indices.map { cells[$0].padded(toWidth: widths[$0], alignment: columns[$0].alignment) }
            let joined = padded.joined(separator: "  ")
            let trimmed = joined.prefix(through: joined.lastIndex { $0 != " " } ?? joined.startIndex)
            return width == .max ? String(trimmed) : String(trimmed).truncated(toWidth: width)
        }
        let header = TerminalStyle.bold.apply(to: line(columns.map(\.title)), enabled: style.usesColor)
        return [header] + rows.map(line)
    }
}

/// How a table looks.
package struct TableStyle: Sendable {
    package let usesColor: Bool

    package init(usesColor: Bool) { self.usesColor = usesColor }
}
