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

    static let byteOrderMark: Unicode.Scalar = "\u{FEFF}"

    /// Where a line lies in the text; its line break belongs to neither bound.
    private struct Line {
        var utf8: Range<Int>
        var scalars: Range<Int>
    }

    /// A text and its path. A byte order mark at its start is left out, as editors do.
    package init(path: String, contents: String) {
        var contents = contents
        if contents.unicodeScalars.first == Self.byteOrderMark { contents.unicodeScalars.removeFirst() }
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
        let index = lastLine { $0.scalars.lowerBound <= range.lowerBound }
        let scalars = lines[index].scalars
        let end = min(range.upperBound, scalars.upperBound)
        return location(
            line: index + 1, column: range.lowerBound - scalars.lowerBound + 1, length: end - range.lowerBound)
    }

    /// The place of a range of UTF-8 bytes, counted from the start of the text. A range over several lines
    /// becomes its part on the first of them.
    package func location(ofUTF8 range: Range<Int>) -> SourceLocation {
        let index = lastLine { $0.utf8.lowerBound <= range.lowerBound }
        let line = (line(index + 1) ?? "").utf8
        let start = lines[index].utf8.lowerBound
        let before = line.prefix(range.lowerBound - start).count(where: Self.startsScalar)
        let through = line.prefix(max(0, range.upperBound - start)).count(where: Self.startsScalar)
        return location(line: index + 1, column: before + 1, length: through - before)
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
        var start = (byte: 0, scalar: 0)
        var next = start
        var previous: UInt8 = 0
        for byte in contents.utf8 {
            let current = next
            next = (current.byte + 1, current.scalar + (startsScalar(byte) ? 1 : 0))
            if byte == lineFeed || byte == carriageReturn {
                // The LF of a CRLF belongs to the break that the CR began.
                if byte == carriageReturn || previous != carriageReturn {
                    lines.append(Line(utf8: start.byte..<current.byte, scalars: start.scalar..<current.scalar))
                }
                start = next
            }
            previous = byte
        }
        lines.append(Line(utf8: start.byte..<next.byte, scalars: start.scalar..<next.scalar))
        return lines
    }

    private static func startsScalar(_ byte: UInt8) -> Bool { byte & 0xC0 != 0x80 }
}
