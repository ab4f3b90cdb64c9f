/// Lower case, each scalar by itself: Σ is always σ.
struct Lowercase: Normalizer {
    init(_ node: JSONNode) throws(TokenizerError) {
        try node.allowKeys(["type"])
    }

    func normalize(_ workspace: inout Workspace) {
        workspace.rewriteScalars { scalar, source, workspace in
            if scalar < 0x80 {
                let byte = ASCII.lowercased(UInt8(truncatingIfNeeded: scalar))
                return workspace.spare.append(ascii: byte, source: source)
            }
            for index in workspace.scalars.facts(of: scalar).lowercase {
                workspace.spare.append(workspace.scalars.mappings[index], source: source)
            }
        }
    }
}
