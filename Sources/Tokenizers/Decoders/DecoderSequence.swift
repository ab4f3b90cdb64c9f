/// Decoders one after another.
struct DecoderSequence: TokenDecoder {
    private let decoders: [any TokenDecoder]

    init(_ node: JSONNode, depth: Int) throws(TokenizerError) {
        try node.allowKeys(["type", "decoders"])
        var decoders: [any TokenDecoder] = []
        for element in try node.sequenceElements("decoders", depth: depth) {
            decoders.append(try TokenDecoderKind.read(element, depth: depth + 1))
        }
        self.decoders = decoders
    }

    func decode(_ tokens: [[UInt8]]) throws(TokenizerError) -> [[UInt8]] {
        var parts = tokens
        for decoder in decoders { parts = try decoder.decode(parts) }
        return parts
    }
}
