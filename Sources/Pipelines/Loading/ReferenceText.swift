/// A text with `$(name)` in it, in pieces. `$$(` stands for `$(` itself.
struct ReferenceText {
    enum Piece: Hashable {
        case text(String)
        /// `$(name)`, with its place in the text in Unicode scalars.
        case reference(String, offset: Int, length: Int)
        /// A `$(` that nothing closes.
        case unterminated(offset: Int, length: Int)
    }

    let pieces: [Piece]

    /// Nil for a text that stands for itself.
    init?(_ text: String) {
        guard Self.holdsReference(text) else { return nil }
        let scalars = Array(text.unicodeScalars)
        var pieces: [Piece] = []
        var literal = ""
        var index = 0

        func starts(_ token: String) -> Bool {
            scalars[index...].starts(with: token.unicodeScalars)
        }
        func endLiteral() {
            if !literal.isEmpty { pieces.append(.text(literal)) }
            literal = ""
        }

        while index < scalars.count {
            if starts("$$(") {
                literal += "$("
                index += 3
            } else if starts("$(") {
                endLiteral()
                guard let end = scalars[index...].firstIndex(of: ")") else {
                    pieces.append(.unterminated(offset: index, length: scalars.count - index))
                    break
                }
                var name = String.UnicodeScalarView()
                name.append(contentsOf: scalars[(index + 2)..<end])
                pieces.append(.reference(String(name), offset: index, length: end + 1 - index))
                index = end + 1
            } else {
                literal.unicodeScalars.append(scalars[index])
                index += 1
            }
        }
        endLiteral()
        self.pieces = pieces
    }

    /// The names that the text refers to.
    var names: [String] {
        pieces.compactMap { piece in
            if case .reference(let name, _, _) = piece { name } else { nil }
        }
    }

    static func holdsReference(_ text: String) -> Bool {
        var isAfterDollar = false
        for byte in text.utf8 {
            if isAfterDollar, byte == UInt8(ascii: "(") { return true }
            isAfterDollar = byte == UInt8(ascii: "$")
        }
        return false
    }
}
