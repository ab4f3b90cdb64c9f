/// SentencePiece's cleaning for machine translation: some controls go, some spaces and formats become a space.
struct Nmt: Normalizer {
    init(_ node: JSONNode) throws(TokenizerError) {
        try node.allowKeys(["type"])
    }

    func normalize(_ workspace: inout Workspace) {
        workspace.rewriteScalars { scalar, source, workspace in
            switch scalar {
            case 0x01...0x08, 0x0B, 0x0E...0x1F, 0x7F, 0x8F, 0x9F:
                break
            case 0x09, 0x0A, 0x0C, 0x0D, 0x1680, 0x200B...0x200F, 0x2028, 0x2029, 0x2581, 0xFEFF, 0xFFFD:
                workspace.spare.append(ascii: ASCII.space, source: source)
            default:
                workspace.spare.append(scalar, source: source)
            }
        }
    }
}
