/// Cuts at white space, which goes, and around each punctuation character, which is a word of its own.
struct BertPreTokenizer: PreTokenizer {
    private enum Class { case word, whitespace, punctuation }

    /// The class of each ASCII byte.
    private let ascii: [Class] = (UInt8(0)..<0x80).map { byte in
        ASCII.isWhitespace(byte) ? .whitespace : ASCII.isPunctuation(byte) ? .punctuation : .word
    }

    init() {}

    init(_ node: JSONNode) throws(TokenizerError) {
        try node.allowKeys(["type"])
    }

    func split(_ workspace: inout Workspace) {
        let text = workspace.text
        let bytes = text.bytes.span
        let parts = workspace.words
        workspace.words = []
        workspace.words.reserveCapacity(bytes.count / 4)
        for part in parts {
            var start = part.lowerBound
            var index = start
            while index < part.upperBound {
                let (kind, length) = classify(bytes, at: index, &workspace.scalars)
                if kind == .word {
                    index += length
                    continue
                }
                if start < index { workspace.words.append(start..<index) }
                if kind == .punctuation { workspace.words.append(index..<index + length) }
                index += length
                start = index
            }
            if start < index { workspace.words.append(start..<index) }
        }
    }

    @inline(__always)
    private func classify(
        _ bytes: Span<UInt8>, at index: Int, _ cache: inout ScalarCache
    ) -> (class: Class, length: Int) {
        let byte = bytes[index]
        if byte < 0x80 { return (ascii[Int(byte)], 1) }
        let (scalar, length) = UTF8Coding.decode(bytes, at: index)
        let flags = cache.facts(of: scalar).flags
        if flags.contains(.whitespace) { return (.whitespace, length) }
        return (flags.contains(.punctuation) ? .punctuation : .word, length)
    }
}
