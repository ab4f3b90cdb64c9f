import Tokenizers

/// tokenizer.json, and a text through what was read.
enum TokenizerTarget {
    private static let file = "tokenizer.json"

    static func make() throws -> FuzzTarget {
        let names = try Goldens.names(in: "TokenizersTests/Golden", suffix: "-tokenizer.json")
        return FuzzTarget(
            name: "tokenizer", seeds: try names.map { [file: try Goldens.bytes("TokenizersTests/Golden/\($0)")] },
            damagedFiles: [file], structure: JSONMutation(), growth: (256, 32 << 20),
            read: { input, _ in
                let tokenizer = try Tokenizer(json: input[file] ?? [], file: file)
                let encoding = try tokenizer.encode(
                    "The film <both> plays \u{301}é中 [MASK]", pair: "word", withOffsets: true)
                _ = try tokenizer.decode(encoding.ids)
            }, isOwnError: { $0 is TokenizerError })
    }
}
