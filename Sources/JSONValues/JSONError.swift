/// Why a text is not JSON, and where.
package struct JSONParsingError: Error, Hashable, CustomStringConvertible {
    /// Line of the fault, counted from 1.
    package let line: Int
    /// Column of the fault in Unicode scalars, counted from 1.
    package let column: Int
    /// Bytes before the fault.
    package let offset: Int
    /// What is wrong and what was expected, without the place.
    package let message: String

    package var description: String { "line \(line), column \(column): \(message)" }
}

/// A value that JSON has no spelling for.
package struct JSONWritingError: Error, Hashable, CustomStringConvertible {
    /// Where the value stands, as `metrics.loss[3]`; empty for the whole document.
    package let path: String
    /// What the value is.
    package let value: Double

    package var description: String {
        let place = path.isEmpty ? "the value" : "`\(path)`"
        return "\(place) is \(value), which JSON cannot hold; only finite numbers can be written"
    }
}
