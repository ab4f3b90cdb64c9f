/// The names that a pipeline gives.
package enum PipelineName {
    /// Of a pipeline: letters, digits, `.`, `_` and `-`, a letter or digit first.
    package static func isPipeline(_ name: String) -> Bool {
        matches(name, first: isLetterOrDigit) { isLetterOrDigit($0) || "._-".utf8.contains($0) }
    }

    /// Of a stage: letters, digits, `_` and `-`, a letter first.
    package static func isStage(_ name: String) -> Bool {
        matches(name, first: isLetter) { isLetterOrDigit($0) || "_-".utf8.contains($0) }
    }

    /// Of a parameter: letters, digits, `_` and `-`, a letter or `_` first.
    package static func isParameter(_ name: String) -> Bool {
        matches(name, first: { isLetter($0) || $0 == UInt8(ascii: "_") }) {
            isLetterOrDigit($0) || "_-".utf8.contains($0)
        }
    }

    /// A character that names of files hold without trouble.
    static func isInFileNames(_ character: Character) -> Bool {
        guard let byte = character.asciiValue else { return false }
        return isLetterOrDigit(byte) || "._-".utf8.contains(byte)
    }

    /// Names become parts of file names and of lines in tables.
    package static let maximumLength = 128

    private static func matches(
        _ name: String, first isFirst: (UInt8) -> Bool, rest isRest: (UInt8) -> Bool
    ) -> Bool {
        guard let first = name.utf8.first, name.utf8.count <= maximumLength else { return false }
        return isFirst(first) && name.utf8.dropFirst().allSatisfy(isRest)
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        isLetter(byte) || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
    }
}
