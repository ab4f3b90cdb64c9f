/// Makes one part of all, for decoders behind it that look at the ends of the whole text.
struct FuseDecoder: TokenDecoder {
    init(_ node: JSONNode) throws(TokenizerError) {
        try node.allowKeys(["type"])
    }

    func decode(_ tokens: [[UInt8]]) -> [[UInt8]] { [Array(tokens.joined())] }
}
