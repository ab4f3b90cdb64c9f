import JSONValues

/// The JSON parser, both kinds of value, and the canonical spelling of what it reads.
enum JSONTarget {
    private static let file = "document.json"

    static func make() throws -> FuzzTarget {
        let texts = [
            #"{"a": [1, -2.5e-3, true, null, "é\n\u00e9\ud83d\ude00"], "b": {"": {}, "c": []}, "d": 12345678901234567890}"#,
            #"[[[[[[1]]]]], {"x": {"x": {"x": 0.1}}}, "", -0, 1E5]"#,
        ]
        var seeds = texts.map { [file: Array($0.utf8)] }
        for path in ["TestSupport/TinyBERT/config.json", "PEFTTests/Golden/lora/adapter_config.json"] {
            seeds.append([file: try Goldens.bytes(path)])
        }
        return FuzzTarget(
            name: "json", seeds: seeds, damagedFiles: [file], structure: JSONMutation(), growth: (256, 8 << 20),
            read: { input, _ in
                let bytes = input[file] ?? []
                let value = try JSONValue(parsing: bytes)
                _ = try OrderedJSONValue(parsing: bytes)
                let canonical = try value.canonical
                guard try JSONValue(parsing: canonical) == value else { throw Unequal(text: canonical) }
            }, isOwnError: { $0 is JSONParsingError })
    }

    /// A value that its canonical spelling doesn't give back. It is no error of the parser's, so it is a finding.
    private struct Unequal: Error {
        let text: String
    }
}
