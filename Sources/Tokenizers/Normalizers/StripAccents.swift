/// Takes out all combining marks. Without a decomposition before it, letters that hold their accent keep it.
struct StripAccents: Normalizer {
    init(_ node: JSONNode) throws(TokenizerError) {
        try node.allowKeys(["type"])
    }

    func normalize(_ workspace: inout Workspace) {
        workspace.rewriteScalars { scalar, source, workspace in
            if scalar >= 0x80, workspace.scalars.facts(of: scalar).flags.contains(.mark) { return }
            workspace.spare.append(scalar, source: source)
        }
    }
}
