import Foundation
import JSONValues
import Models
import StageInterface
import TestSupport
import Testing
import Training

@testable import Stages

/// What transformers makes of chats: `Golden/conversations.json`.
private struct Golden: Decodable, Sendable {
    struct Template: Decodable, Sendable {
        let name: String
        /// With `{% generation %}`, and without.
        let marked: String
        let plain: String
        let chats: [Chat]
    }

    struct Chat: Decodable, Sendable {
        let messages: [JSONValue]
        let ids: [Int32]
        let said: [Int]
    }

    let tokenizer: JSONValue
    let templates: [Template]

    static func read() throws -> Golden {
        let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/conversations.json")
        return try JSONDecoder().decode(Golden.self, from: try Data(contentsOf: url))
    }
}

@Suite("data: conversations")
struct ConversationTests {
    private func folder(_ template: String?, rows: [JSONValue], _ body: (URL) throws -> Void) throws {
        try withTemporaryFolder { folder in
            let chat = folder.appending(path: "chat")
            try FileManager.default.createDirectory(at: chat, withIntermediateDirectories: true)
            if let template {
                try Data(template.utf8).write(to: chat.appending(path: "chat_template.jinja"))
            }
            try Data(Golden.read().tokenizer.canonical.utf8).write(to: chat.appending(path: "tokenizer.json"))
            let roles: JSONValue = ["bos_token": "<s>", "eos_token": "</s>"]
            try Data(roles.canonical.utf8).write(to: chat.appending(path: "tokenizer_config.json"))
            let text = try rows.map { try $0.canonical + "\n" }.joined()
            try Data(text.utf8).write(to: folder.appending(path: "rows.jsonl"))
            try body(folder)
        }
    }

    private func prepared(_ folder: URL, _ more: [String: JSONValue]) throws -> StageHarness.Outcome {
        let parameters: [String: JSONValue] = ["source": "rows.jsonl", "split": ["train": 1]]
        return try StageHarness(folder: folder).run(DataStage.self, parameters.merging(more) { $1 })
    }

    private func tokens(_ folder: URL, _ dataset: URL, maximum: Int = 256) throws -> [TokenizedExample] {
        var harness = StageHarness(folder: folder)
        harness.inputs = ["dataset": dataset]
        let outcome = try harness.run(TokenizeStage.self, ["tokenizer": "chat", "max_length": .int(maximum)])
        return try TokenSet(outcome.output.path).examples(of: .train)
    }

    private static func sharegpt(_ messages: [JSONValue]) -> JSONValue {
        let names = ["user": "human", "assistant": "gpt", "system": "system"]
        return [
            "conversations": .array(
                messages.map {
                    ["from": .string(names[$0["role"].stringValue ?? ""] ?? ""), "value": $0["content"]]
                })
        ]
    }

    @Test("have transformers' tokens, and learn those that the assistant says")
    func spans() throws {
        for template in try Golden.read().templates {
            let expected = template.chats.map { chat in
                zip(chat.ids, chat.said).map { $1 == 1 ? $0 : -100 }
            }
            for text in [template.marked, template.plain] {
                for format in ["messages", "sharegpt"] {
                    let rows = template.chats.map { chat -> JSONValue in
                        format == "messages" ? ["messages": .array(chat.messages)] : Self.sharegpt(chat.messages)
                    }
                    try folder(text, rows: rows) { folder in
                        let dataset = try prepared(folder, ["format": .string(format), "template": "chat"]).output
                        let examples = try tokens(folder, dataset)
                        #expect(examples.map(\.tokenIDs) == template.chats.map(\.ids), "\(template.name) \(format)")
                        for (example, labels) in zip(examples, expected) {
                            #expect(example.target == .turns(labels), "\(template.name) \(format)")
                            let encoded = example.encoded(for: .causalLanguageModelling, labelCount: 0)
                            #expect(encoded.target == .tokens(labels))
                        }
                    }
                }
            }
        }
    }

    @Test("are asked for the assistant's last turn")
    func questions() throws {
        let template = try #require(Golden.read().templates.first)
        try folder(template.plain, rows: template.chats.map { ["messages": .array($0.messages)] }) { folder in
            let dataset = try prepared(folder, ["format": "messages", "template": "chat"]).output
            var harness = StageHarness(folder: folder)
            harness.inputs = ["dataset": dataset]
            let output = try harness.run(TokenizeStage.self, ["tokenizer": "chat"]).output
            let texts = try AnsweredText.read(
                .train, tokens: TokenSet(output.path), dataset: dataset.path, limit: nil)
            let answers: [[String]] = template.chats.map { chat in
                [chat.messages.last?["content"].stringValue ?? ""]
            }
            #expect(texts.map(\.references) == answers)
            #expect(texts.allSatisfy { $0.text.hasSuffix("<|im_start|>assistant\n") })
            for (text, chat) in zip(texts, template.chats) {
                var start = chat.said.count
                while chat.said[start - 1] == 0 { start -= 1 }
                while chat.said[start - 1] == 1 { start -= 1 }
                #expect(text.tokens == Array(chat.ids[..<start]))
            }
        }
    }

    @Test("that are too long lose their end, and are left out where nothing is left to learn")
    func long() throws {
        let template = try #require(Golden.read().templates.first)
        try folder(template.plain, rows: template.chats.map { ["messages": .array($0.messages)] }) { folder in
            let dataset = try prepared(folder, ["format": "messages", "template": "chat"]).output
            let examples = try tokens(folder, dataset, maximum: 26)
            #expect(examples.allSatisfy { $0.tokenIDs.count <= 26 })
            let left = template.chats.indices.filter { template.chats[$0].said.prefix(26).contains(1) }
            #expect(examples.map(\.id) == left && left.count < template.chats.count)
        }
    }

    @Test("of an instruction are written as Alpaca's without a template, and as a chat with one")
    func alpaca() throws {
        let rows: [JSONValue] = [
            ["instruction": "Name a river.", "input": "", "output": "The Rhine."],
            ["instruction": "Add.", "input": "2, 3", "output": "5"],
        ]
        let template = try #require(Golden.read().templates.first)
        try folder(template.plain, rows: rows) { folder in
            let plain = try prepared(folder, ["format": "alpaca"])
            #expect(
                try plain.lines("train.jsonl").first { $0["answer"] == "5" }?["text"].stringValue == """
                    Below is an instruction that describes a task, paired with an input that provides further context. \
                    Write a response that appropriately completes the request.

                    ### Instruction:
                    Add.

                    ### Input:
                    2, 3

                    ### Response:
                    """)
            #expect(try plain.json("dataset.json")["target"] == "answer")
            let chat = try prepared(folder, ["format": "alpaca", "template": "chat"])
            #expect(
                try chat.lines("train.jsonl").contains {
                    $0["text"].stringValue
                        == "<|im_start|>user\nAdd.\n\n2, 3<|im_end|>\n<|im_start|>assistant\n5<|im_end|>\n"
                        && $0["turns"] == [[60, 71]] && $0["answer"] == "5"
                })
        }
    }

    @Test("that can't be read are errors with their lines")
    func errors() throws {
        let rows: [JSONValue] = [
            ["messages": [["role": "user", "content": "a"], ["role": "assistant", "content": "b"]]],
            ["messages": "none"], ["messages": [["role": "user", "content": "a"]]], ["messages": [["content": "a"]]],
        ]
        let plain = try #require(Golden.read().templates.first).plain
        try folder(plain, rows: rows) { folder in
            let problems = try #require(throws: StageFailure.self) {
                try prepared(folder, ["format": "messages", "template": "chat"])
            }.problems
            #expect(
                problems.map(\.message) == [
                    "`messages` is the text `none`, expected a list of messages",
                    "the assistant says nothing, so there is nothing to learn",
                    "`messages`, message 1: expected an object with `role`",
                ])
            #expect(problems.last?.place == .file(path: "rows.jsonl", line: 4, column: nil))
        }
        let changing = "{% for m in messages %}{{ m.role }}{{ loop.last }}:{{ m.content }};{% endfor %}"
        let longer: JSONValue = [
            "messages": [
                ["role": "user", "content": "a"], ["role": "assistant", "content": "b"],
                ["role": "user", "content": "c"],
            ]
        ]
        try folder(changing, rows: [longer]) { folder in
            let problems = try #require(throws: StageFailure.self) {
                try prepared(folder, ["format": "messages", "template": "chat"])
            }.problems
            #expect(problems.first?.message.hasPrefix("the template writes message 2 in another way") == true)
        }
    }

    @Test("need a template, and say what they teach themselves")
    func parameters() throws {
        func problems(_ parameters: [String: JSONValue]) throws -> [String] {
            try withTemporaryFolder { folder in
                let refused = try #require(throws: StageHarness.Refused.self) {
                    try StageHarness(folder: folder).run(
                        DataStage.self, parameters.merging(["source": "rows.jsonl"]) { $1 })
                }
                return refused.problems.map(\.message)
            }
        }
        #expect(try problems(["format": "sharegpt"]) == ["`format: sharegpt` needs a chat template"])
        #expect(
            try problems(["format": "alpaca", "target": "answer"])
                == ["what rows teach follows from `format: alpaca`"])
        #expect(try problems(["template": "chat"]) == ["rows in columns have no chats"])
        #expect(try problems(["target": "turns"]).first?.hasPrefix("expected") == true)
    }
}
