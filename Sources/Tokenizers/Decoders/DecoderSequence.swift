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
        let size = tokens.reduce(0) { $0 + $1.count }
        for decoder in decoders {
            parts = try decoder.decode(parts)
            // A file's replacements may let a text grow without measure.
            let newSize = parts.reduce(0) { $0 + $1.count }
            if newSize > max(1 << 20, 256 * size) {
                throw TokenizerError(
                    place: "text", problem: "replacements make \(newSize) bytes of \(size); take some out")
            }
        }
        return parts
    }
}
