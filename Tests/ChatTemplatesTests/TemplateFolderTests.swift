import ChatTemplates
import Foundation
import JSONValues
import TestSupport
import Testing

@Suite("The template of a tokenizer's folder")
struct TemplateFolderTests {
    private static func rendered(
        _ files: [String: String], named name: String? = nil, hasTools: Bool = false
    ) throws -> String {
        try withTemporaryFolder { folder in
            for (file, content) in files {
                let url = folder.appending(path: file)
                try FileManager.default.createDirectory(
                    at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(content.utf8).write(to: url)
            }
            let template = try ChatTemplate(tokenizerFolder: folder.path, named: name, hasTools: hasTools)
            return try template.render(Chat(messages: [["role": "user", "content": "Hi"]])).text
        }
    }

    private static let named =
        #"{"chat_template": [{"name": "default", "template": "D"}, {"name": "tool_use", "template": "T"}]}"#

    @Test("stands in tokenizer_config.json, with the special tokens")
    func config() throws {
        let config = #"""
            {"bos_token": "<s>", "eos_token": {"content": "</s>"}, "pad_token": null,
             "chat_template": "{{ bos_token }}{{ messages[0].content }}{{ eos_token }}{{ pad_token is defined }}"}
            """#
        #expect(try Self.rendered(["tokenizer_config.json": config]) == "<s>Hi</s>False")
    }

    @Test("may be one of several with names")
    func names() throws {
        let files = ["tokenizer_config.json": Self.named]
        #expect(try Self.rendered(files) == "D")
        #expect(try Self.rendered(files, hasTools: true) == "T")
        #expect(try Self.rendered(files, named: "tool_use") == "T")
        let error = #expect(throws: TemplateError.self) { try Self.rendered(files, named: "rag") }
        #expect(error?.message == "no chat template is named `rag`; there are `default`, `tool_use`")
    }

    @Test("is chat_template.jinja where there is one")
    func file() throws {
        let files = [
            "tokenizer_config.json": Self.named, "chat_template.jinja": "F\n",
            "additional_chat_templates/rag.jinja": "R",
        ]
        #expect(try Self.rendered(files) == "F")
        #expect(try Self.rendered(files, hasTools: true) == "F")
        #expect(try Self.rendered(files, named: "rag") == "R")
    }

    @Test(
        "is missing or no template",
        arguments: [
            ([:], "no chat template here: expected chat_template.jinja, or `chat_template` in tokenizer_config.json"),
            (["tokenizer_config.json": "{"], "not JSON: line 1, column 2: expected a key in quotes, found the end"),
            (
                ["tokenizer_config.json": #"{"chat_template": 5}"#],
                "expected a string or a list of templates, found a number"
            ),
            (
                ["tokenizer_config.json": #"{"chat_template": [{"name": "a"}]}"#],
                "expected an object with the strings `name` and `template`"
            ),
            (["chat_template.jinja": "{% if %}"], "expected an expression, found `%}`"),
        ] as [([String: String], String)])
    func errors(files: [String: String], message: String) {
        let error = #expect(throws: TemplateError.self) { try Self.rendered(files) }
        #expect(error?.message == message)
    }
}
