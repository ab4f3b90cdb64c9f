/// Writes each byte as its character in ``ByteAlphabet``, before the text is cut.
struct ByteLevelNormalizer: Normalizer {
    init(_ node: JSONNode) throws(TokenizerError) {
        try node.allowKeys(["type"])
    }

    func normalize(_ workspace: inout Workspace) {
        workspace.spare.removeAll()
        for (index, byte) in workspace.text.bytes.enumerated() {
            workspace.spare.append(ByteAlphabet.scalars[Int(byte)], source: workspace.text.source(at: index))
        }
        swap(&workspace.text, &workspace.spare)
    }
}
