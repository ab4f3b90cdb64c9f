import Crypto
package import JSONValues

/// The name of a computation: SHA-256 of the canonical JSON of all that it depends on.
package struct StoreKey: Sendable, Hashable, CustomStringConvertible {
    /// 64 lower-case hexadecimal digits.
    package let hexadecimal: String

    /// The key of a computation that depends on `components`.
    ///
    /// - Throws: `JSONWritingError` for a number that is not finite.
    package init(components: JSONValue) throws(JSONWritingError) {
        hexadecimal = spelled(SHA256.hash(data: Array(try components.canonical.utf8)))
    }

    /// Nil where the text is not 64 lower-case hexadecimal digits.
    package init?(hexadecimal: some StringProtocol) {
        guard let digits = validDigits(hexadecimal) else { return nil }
        self.hexadecimal = digits
    }

    /// The first digits, enough for people to tell one from another.
    package var short: String { String(hexadecimal.prefix(12)) }

    package var description: String { hexadecimal }
}
