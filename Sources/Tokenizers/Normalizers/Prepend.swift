/// Puts a string in front of a text that is not empty, as `▁`.
struct Prepend: Normalizer {
    private let prefix: [UInt8]

    init(_ node: JSONNode) throws(TokenizerError) {
        try node.allowKeys(["type", "prepend"])
        prefix = Array(try node.member("prepend").string().utf8)
    }

    func normalize(_ workspace: inout Workspace) {
        guard !workspace.text.bytes.isEmpty, !prefix.isEmpty else { return }
        // What is put in stands for the first character.
        let source = workspace.text.source(at: 0)
        workspace.spare.removeAll()
        workspace.spare.reserveCapacity(prefix.count + workspace.text.bytes.count)
        for byte in prefix { workspace.spare.append(ascii: byte, source: source) }
        workspace.spare.append(workspace.text, workspace.text.bytes.indices)
        swap(&workspace.text, &workspace.spare)
    }
}
