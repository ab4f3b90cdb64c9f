/// Takes white space off the ends of a text.
struct Strip: Normalizer {
    private let stripsLeft: Bool
    private let stripsRight: Bool

    init(_ node: JSONNode) throws(TokenizerError) {
        try node.allowKeys(["type", "strip_left", "strip_right"])
        stripsLeft = try node.member("strip_left").bool()
        stripsRight = try node.member("strip_right").bool()
    }

    func normalize(_ workspace: inout Workspace) {
        let text = workspace.text
        let bytes = text.bytes.span
        var range = 0..<bytes.count
        while stripsLeft, !range.isEmpty {
            let (scalar, length) = UTF8Coding.decode(bytes, at: range.lowerBound)
            guard workspace.scalars.isWhitespace(scalar) else { break }
            range = range.lowerBound + length..<range.upperBound
        }
        while stripsRight, !range.isEmpty {
            let start = UTF8Coding.start(before: range.upperBound, in: bytes)
            guard workspace.scalars.isWhitespace(UTF8Coding.decode(bytes, at: start).scalar) else { break }
            range = range.lowerBound..<start
        }
        guard range.count < bytes.count else { return }
        workspace.spare.removeAll()
        workspace.spare.append(text, range)
        swap(&workspace.text, &workspace.spare)
    }
}
