/// Cuts at white space, which goes.
struct WhitespaceSplit: PreTokenizer {
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
            var index = start
            while index < part.upperBound {
                let (scalar, length) = UTF8Coding.decode(bytes.span, at: index)
                index += length
                guard workspace.scalars.isWhitespace(scalar) else { continue }
                if start < index - length { workspace.words.append(start..<index - length) }
                start = index
            }
            if start < index { workspace.words.append(start..<index) }
        }
    }
}
