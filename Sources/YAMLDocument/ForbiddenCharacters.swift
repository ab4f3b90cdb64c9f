import Diagnostics

/// Characters that a YAML text can't hold as they are: control characters, byte order marks, noncharacters, and
/// those that libyaml takes for line breaks while YAML 1.2 and editors don't (U+0085, U+2028, U+2029).
enum ForbiddenCharacters {
    static func find(in source: SourceText) -> [Diagnostic] {
        guard mayHoldSome(source.contents) else { return [] }
        var diagnostics: [Diagnostic] = []
        for (position, scalar) in source.contents.unicodeScalars.enumerated() where isForbidden(scalar) {
            let digits = String(scalar.value, radix: 16, uppercase: true)
            let padded = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
            diagnostics.append(
                .error(
                    "the character U+\(padded) cannot stand in YAML",
                    at: source.location(ofScalars: position..<position + 1),
                    help: scalar == "\0" ? "remove it" : "remove it, or write it as `\\u\(padded)` in double quotes"))
            if diagnostics.count == mostShown { break }
        }
        return diagnostics
    }

    /// A file with many of these is no text; the first few tell.
    private static let mostShown = 5

    /// Whether the bytes hold one that a forbidden character starts with. Most texts don't.
    private static func mayHoldSome(_ text: String) -> Bool {
        text.utf8.contains { byte in
            switch byte {
            case 0x09, 0x0A, 0x0D: false
            case 0..<0x20, 0x7F, 0xC2, 0xE2, 0xEF: true
            default: false
            }
        }
    }

    private static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A, 0x0D: false
        case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF: true
        default: false
        }
    }
}
