/// Turns `▁` into a space; in the first token it goes, if it was put in there.
struct MetaspaceDecoder: TokenDecoder {
    private let replacement: [UInt8]
    private let addsPrefix: Bool

    init(_ node: JSONNode) throws(TokenizerError) {
        let setting = try MetaspaceSetting(node)
        replacement = Array(String(setting.replacement).utf8)
        addsPrefix = setting.scheme != .never
    }

    func decode(_ tokens: [[UInt8]]) -> [[UInt8]] {
        tokens.enumerated().map { index, token in
            token.replacing(replacement, with: index == 0 && addsPrefix ? [] : [ASCII.space])
        }
    }
}
