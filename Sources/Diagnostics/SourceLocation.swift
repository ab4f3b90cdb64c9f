/// A place in a file: a stretch of one line.
///
/// Two locations are equal if path, line, column and length are; the text behind them is only there to be shown.
package struct SourceLocation: Sendable {
    /// The line, counted from 1.
    package let line: Int

    /// The column, counted from 1 in Unicode scalars.
    package let column: Int

    /// The number of Unicode scalars that are meant, at least 1.
    package let length: Int

    private let origin: Origin

    /// A document holds as many places as values, so each holds its path only where it has no text.
    private enum Origin: Sendable {
        case text(SourceText)
        case path(String)
    }

    /// A place in a text.
    package init(source: SourceText, line: Int, column: Int, length: Int = 1) {
        self.init(.text(source), line: line, column: column, length: length)
    }

    /// A place in a file whose text is not at hand, such as a row of a large table.
    package init(path: String, line: Int, column: Int = 1, length: Int = 1) {
        self.init(.path(path), line: line, column: column, length: length)
    }

    private init(_ origin: Origin, line: Int, column: Int, length: Int) {
        self.line = max(1, line)
        self.column = max(1, column)
        self.length = max(1, length)
        self.origin = origin
    }

    /// The path as messages show it.
    package var path: String {
        switch origin {
        case .text(let source): source.path
        case .path(let path): path
        }
    }

    /// The text that the place is in; nil if it is not at hand, and then messages show the place without its line.
    package var source: SourceText? {
        if case .text(let source) = origin { source } else { nil }
    }

    /// The place without its column, as progress lines name it: `pipelines/sentiment.yaml:24`.
    package var pathAndLine: String { "\(path):\(line)" }

    /// The part of this place that starts `offset` Unicode scalars after its start.
    package func part(offset: Int, length: Int) -> SourceLocation {
        SourceLocation(origin, line: line, column: column + offset, length: length)
    }
}

extension SourceLocation: Hashable {
    package static func == (left: SourceLocation, right: SourceLocation) -> Bool {
        left.path == right.path && left.line == right.line && left.column == right.column
            && left.length == right.length
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(path)
        hasher.combine(line)
        hasher.combine(column)
        hasher.combine(length)
    }
}

extension SourceLocation: Comparable {
    /// Orders by path, then by place in the file.
    package static func < (left: SourceLocation, right: SourceLocation) -> Bool {
        (left.path, left.line, left.column, left.length) < (right.path, right.line, right.column, right.length)
    }
}

extension SourceLocation: CustomStringConvertible {
    /// `path:line:column`, the form that editors open.
    package var description: String { "\(path):\(line):\(column)" }
}
