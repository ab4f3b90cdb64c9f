/// A text with the path under which it is shown: what a ``SourceLocation`` points into.
///
/// Lines end at LF, CRLF or CR, as editors count them. Lines and columns count from 1, and a column counts
/// Unicode scalars.
package final class SourceText: Sendable {
    /// The path as messages show it.
    package let path: String

    /// The whole text.
    package let contents: String

    private let lines: [Line]

    /// Where a line lies in the text; its line break belongs to neither bound.
    private struct Line {
        var utf8: Range<Int>
        /// The number of Unicode scalars in front of the line.
        var firstScalar: Int
    }

    package init(path: String, contents: String) {
        var contents = contents
        contents.makeContiguousUTF8()
        self.path = path
        self.contents = contents
        self.lines = Self.lines(of: contents)
    }

    /// The number of lines. A text that ends in a line break has an empty line after it.
    package var lineCount: Int { lines.count }

    /// The text of a line, without its line break; nil if there is no such line.
    ///
    /// - Parameter number: the line, counted from 1.
    package func line(_ number: Int) -> Substring? {
        guard lines.indices.contains(number - 1) else { return nil }
        let bounds = lines[number - 1].utf8
        let utf8 = contents.utf8
        let start = utf8.index(utf8.startIndex, offsetBy: bounds.lowerBound)
        return contents[start..<utf8.index(start, offsetBy: bounds.count)]
    }

    /// The place of a line and column, both counted from 1.
    package func location(line: Int, column: Int, length: Int = 1) -> SourceLocation {
        SourceLocation(source: self, line: line, column: column, length: length)
    }

    /// The place of a range of Unicode scalars, counted from the start of the text. A range over several lines
    /// becomes its part on the first of them.
    package func location(ofScalars range: Range<Int>) -> SourceLocation {
        let index = lastLine { $0.firstScalar <= range.lowerBound }
        let start = lines[index].firstScalar
        let scalarsInLine = line(index + 1)?.unicodeScalars.count ?? 0
        let end = min(range.upperBound, start + scalarsInLine)
        return location(
            line: index + 1, column: range.lowerBound - start + 1, length: max(1, end - range.lowerBound))
    }

    /// The place of a range of UTF-8 bytes, counted from the start of the text. A range over several lines
    /// becomes its part on the first of them.
    package func location(ofUTF8 range: Range<Int>) -> SourceLocation {
        let index = lastLine { $0.utf8.lowerBound <= range.lowerBound }
        let bounds = lines[index].utf8
        let line = (line(index + 1) ?? "").utf8
        let start = line.index(
            line.startIndex, offsetBy: range.lowerBound - bounds.lowerBound, limitedBy: line.endIndex)
        let end = line.index(
            line.startIndex, offsetBy: range.upperBound - bounds.lowerBound, limitedBy: line.endIndex)
        let before = line[..<(start ?? line.endIndex)].count(where: Self.startsScalar)
        let through = line[..<(end ?? line.endIndex)].count(where: Self.startsScalar)
        return location(line: index + 1, column: before + 1, length: max(1, through - before))
    }

    /// The index of the last line for which `precedes` holds; it holds for a first part of the lines.
    private func lastLine(where precedes: (Line) -> Bool) -> Int {
        var low = 0
        var high = lines.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if precedes(lines[middle]) { low = middle } else { high = middle }
        }
        return low
    }

    private static func lines(of contents: String) -> [Line] {
        let carriageReturn = UInt8(ascii: "\r")
        let lineFeed = UInt8(ascii: "\n")
        var lines: [Line] = []
        var start = 0
        var firstScalar = 0
        var offset = 0
        var scalars = 0
        var previous: UInt8 = 0
        for byte in contents.utf8 {
            if startsScalar(byte) { scalars += 1 }
            offset += 1
            if byte == lineFeed && previous == carriageReturn {
                // The break began with the CR, which has already ended its line.
                start = offset
                firstScalar = scalars
            } else if byte == lineFeed || byte == carriageReturn {
                lines.append(Line(utf8: start..<offset - 1, firstScalar: firstScalar))
                start = offset
                firstScalar = scalars
            }
            previous = byte
        }
        lines.append(Line(utf8: start..<offset, firstScalar: firstScalar))
        return lines
    }

    private static func startsScalar(_ byte: UInt8) -> Bool { byte & 0xC0 != 0x80 }
}
