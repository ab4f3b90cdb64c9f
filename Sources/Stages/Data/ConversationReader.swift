import ChatTemplates
import JSONValues
import StageInterface

/// How the rows of a source are written.
enum RowFormat: String, CaseIterable, Sendable {
    /// A text and what it teaches, in columns.
    case rows
    /// `instruction`, `input`, which may be missing, and `output` (Taori et al. 2023).
    case alpaca
    /// `messages`: a list of `role` and `content`.
    case messages
    /// `conversations`: a list of `from` and `value`.
    case sharegpt
}

/// Makes a text of a conversation, and tells which parts of it the assistant said.
struct ConversationReader: Sendable {
    let format: RowFormat
    /// Nil for instructions that are written as Alpaca's were.
    let template: ChatTemplate?

    /// What rows teach.
    var kind: TargetKind { template == nil ? .answer : .turns }

    func row(of value: JSONValue) throws(RowCells.Problem) -> (text: String, target: RowTarget) {
        guard let template else {
            let (instruction, input, output) = try instruction(of: value)
            return (Self.alpacaPrompt(instruction, input), .text(output))
        }
        return try rendered(try messages(of: value), template)
    }

    // MARK: - Messages

    private func messages(of value: JSONValue) throws(RowCells.Problem) -> [JSONValue] {
        let messages: [JSONValue]
        switch format {
        case .rows, .alpaca:
            let (instruction, input, output) = try instruction(of: value)
            let question = input.isEmpty ? instruction : "\(instruction)\n\n\(input)"
            messages = [
                ["role": "user", "content": .string(question)], ["role": "assistant", "content": .string(output)],
            ]
        case .messages: messages = try list("messages", in: value)
        case .sharegpt:
            var read: [JSONValue] = []
            for (index, turn) in try list("conversations", in: value).enumerated() {
                guard let from = turn["from"].stringValue, let role = Self.roles[from],
                    let text = turn["value"].stringValue
                else {
                    throw RowCells.Problem(
                        message: "`conversations`, turn \(index + 1): expected `value`, a text, and `from`, one of "
                            + Self.roles.keys.sorted().map { "`\($0)`" }.joined(separator: ", "))
                }
                read.append(["role": .string(role), "content": .string(text)])
            }
            messages = read
        }
        for (index, message) in messages.enumerated() where message["role"].stringValue == nil {
            throw RowCells.Problem(message: "`messages`, message \(index + 1): expected an object with `role`")
        }
        guard messages.contains(where: Self.isAnswer) else {
            throw RowCells.Problem(message: "the assistant says nothing, so there is nothing to learn")
        }
        return messages
    }

    /// ShareGPT's names of who speaks.
    private static let roles = [
        "human": "user", "user": "user", "gpt": "assistant", "chatgpt": "assistant", "assistant": "assistant",
        "system": "system", "tool": "tool", "function": "tool",
    ]

    private func list(_ name: String, in value: JSONValue) throws(RowCells.Problem) -> [JSONValue] {
        guard let list = value[name].arrayValue else {
            throw RowCells.Problem(message: "`\(name)` is \(value[name].phrase), expected a list of messages")
        }
        return list
    }

    private func instruction(
        of value: JSONValue
    ) throws(RowCells.Problem) -> (instruction: String, input: String, output: String) {
        func text(_ name: String) throws(RowCells.Problem) -> String {
            guard let text = value[name].stringValue else {
                throw RowCells.Problem(message: "`\(name)` is \(value[name].phrase), expected a text")
            }
            return text
        }
        let input = value["input"].isNull ? "" : try text("input")
        return (try text("instruction"), input, try text("output"))
    }

    private static func isAnswer(_ message: JSONValue) -> Bool { message["role"].stringValue == "assistant" }

    /// The words in front of an answer with which Stanford's Alpaca was trained.
    private static func alpacaPrompt(_ instruction: String, _ input: String) -> String {
        let (context, part) =
            input.isEmpty
            ? ("", "") : (", paired with an input that provides further context", "### Input:\n\(input)\n\n")
        return "Below is an instruction that describes a task\(context). "
            + "Write a response that appropriately completes the request.\n\n"
            + "### Instruction:\n\(instruction)\n\n\(part)### Response:"
    }

    // MARK: - Text

    /// The conversation as the template writes it, and the assistant's parts: those that the template marks, or else what
    /// each answer adds to the text that asks for it, without white space at its end.
    private func rendered(
        _ messages: [JSONValue], _ template: ChatTemplate
    ) throws(RowCells.Problem) -> (text: String, target: RowTarget) {
        func render(_ count: Int, asks: Bool = false) throws(RowCells.Problem) -> RenderedChat {
            do {
                return try template.render(Chat(messages: Array(messages.prefix(count)), addsGenerationPrompt: asks))
            } catch {
                throw RowCells.Problem(message: error.description)
            }
        }
        let whole = try render(messages.count)
        let answer = messages.last(where: Self.isAnswer)?["content"].stringValue ?? ""
        if !whole.generations.isEmpty {
            return (whole.text, .turns(whole.generations.sorted { $0.lowerBound < $1.lowerBound }, answer: answer))
        }
        let scalars = Array(whole.text.unicodeScalars)
        var turns: [Range<Int>] = []
        for (index, message) in messages.enumerated() where Self.isAnswer(message) {
            let question = Array(try render(index, asks: true).text.unicodeScalars)
            var end = Array(try render(index + 1).text.unicodeScalars)
            guard scalars.starts(with: question), scalars.starts(with: end), end.starts(with: question) else {
                throw RowCells.Problem(
                    message: "the template writes message \(index + 1) in another way where others follow, so the "
                        + "assistant's part can't be told; mark it by {% generation %} in the template")
            }
            while end.count > question.count, let last = end.last, last.properties.isWhitespace { end.removeLast() }
            turns.append(question.count..<end.count)
        }
        return (whole.text, .turns(turns, answer: answer))
    }
}
