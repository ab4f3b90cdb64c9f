import Foundation
import JSONValues
import Testing
import Tokenizers

@Suite("A tokenizer's folder")
struct TokenizerFolderTests {
    private struct Setting: Decodable {
        struct Row: Decodable {
            var text: String
            var ids: [Int32]
        }

        var name: String
        var config: JSONValue?
        var rows: [Row]
    }

    /// Runs `body` with a folder that holds the files, and removes it.
    private func withFolder<Result>(_ files: [String: Data], _ body: (String) throws -> Result) throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appending(path: "tokenizer-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, data) in files { try data.write(to: folder.appending(path: name)) }
        return try body(folder.path)
    }

    @Test("A vocab.txt is read as BERT's, with the settings beside it")
    func vocabularyFile() throws {
        let vocabulary = try Golden.data("vocab/vocab.txt")
        for setting in try JSONDecoder().decode([Setting].self, from: Golden.data("vocab-file.json")) {
            var files = ["vocab.txt": vocabulary]
            if let config = setting.config { files["tokenizer_config.json"] = Data(try config.pretty.utf8) }
            try withFolder(files) { folder in
                let tokenizer = try Tokenizer(folder: folder)
                for row in setting.rows {
                    #expect(try tokenizer.encode(row.text).ids == row.ids, "\(setting.name): \(row.text)")
                }
                #expect(tokenizer.paddingID == 0)
                #expect(tokenizer.maskID == 4)
            }
        }
    }

    @Test("Names of special tokens come from the configuration, as a string or as an object")
    func roles() throws {
        let config =
            #"{"cls_token": "the", "sep_token": {"content": "film", "lstrip": false}, "model_max_length": 1e30}"#
        let files = [
            "tokenizer.json": try Golden.data("tiny-wordpiece-tokenizer.json"),
            "tokenizer_config.json": Data(config.utf8),
            "special_tokens_map.json": Data(#"{"eos_token": "good", "cls_token": "bad"}"#.utf8),
        ]
        try withFolder(files) { folder in
            let tokenizer = try Tokenizer(folder: folder)
            #expect(tokenizer.classificationID == tokenizer.id(of: "the"))
            #expect(tokenizer.separatorID == tokenizer.id(of: "film"))
            #expect(tokenizer.endID == tokenizer.id(of: "good"))
            #expect(tokenizer.paddingID == 0)
        }
    }

    @Test(
        "What is wrong with a folder is told",
        arguments: [
            (
                [:],
                "FOLDER: no tokenizer here: expected tokenizer.json, or vocab.txt for a BERT; copy it from the model"
            ),
            (
                ["vocab.txt": "[PAD]\n[UNK]\na\nb\na\n"],
                "FOLDER/vocab.txt:5: the token `a` has id 2 already; remove one of the two"
            ),
            (
                ["vocab.txt": "a\n"],
                "FOLDER/vocab.txt: `[UNK]` is not in the vocabulary; name one of its tokens, or add this one"
            ),
            (
                ["vocab.txt": "[UNK]\n"],
                "FOLDER/vocab.txt: the special token `[PAD]` is not in it; add a line"
            ),
            (
                ["vocab.txt": "[UNK]\n", "tokenizer_config.json": #"{"tokenizer_class": "LlamaTokenizer"}"#],
                "FOLDER/tokenizer_config.json: tokenizer_class: a vocab.txt is read as BERT's, not as that of "
                    + "`LlamaTokenizer`; save the tokenizer as tokenizer.json"
            ),
            (
                ["tokenizer.json": "{}", "tokenizer_config.json": #"{"pad_token": 3}"#],
                "FOLDER/tokenizer_config.json: pad_token: expected a string, found a number"
            ),
        ] as [([String: String], String)])
    func errors(files: [String: String], expected: String) throws {
        try withFolder(files.mapValues { Data($0.utf8) }) { folder in
            let error = try #require(throws: TokenizerError.self) { try Tokenizer(folder: folder) }
            #expect(error.description == expected.replacing("FOLDER", with: folder))
        }
    }
}
