/// Keeps the matches of `\w+|[^\w\s]+`: words, and runs of what is neither word nor white space.
struct Whitespace: PreTokenizer {
    private enum Class { case word, whitespace, other }

    init(_ node: JSONNode) throws(TokenizerError) {
        try node.allowKeys(["type"])
    }

    func split(_ workspace: inout Workspace) {
        let bytes = workspace.text.bytes
        let parts = workspace.words
        workspace.words = []
        workspace.words.reserveCapacity(bytes.count / 4)
        for part in parts {
            var start = part.lowerBound
            var kind = Class.whitespace
            var index = start
            while index < part.upperBound {
                let (scalar, length) = UTF8Coding.decode(bytes.span, at: index)
                let next = Self.classify(scalar, &workspace.scalars)
                if next != kind {
                    if kind != .whitespace { workspace.words.append(start..<index) }
                    start = index
                    kind = next
                }
                index += length
            }
            if kind != .whitespace, start < index { workspace.words.append(start..<index) }
        }
    }

    private static func classify(_ scalar: UInt32, _ scalars: inout ScalarCache) -> Class {
        if scalar < 0x80 {
            let byte = UInt8(truncatingIfNeeded: scalar)
            if ASCII.isAlphanumeric(byte) || byte == UInt8(ascii: "_") { return .word }
            return ASCII.isWhitespace(byte) ? .whitespace : .other
        }
        let flags = scalars.facts(of: scalar).flags
        if flags.contains(.word) { return .word }
        return flags.contains(.whitespace) ? .whitespace : .other
    }
}
