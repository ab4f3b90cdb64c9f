package import JSONValues

/// A model's chat template: how a chat becomes the text that the model was trained on.
///
/// Chat templates are written in Jinja. This reads what they use of it and renders as Hugging Face's
/// `apply_chat_template` does, to the byte; see `docs/chat-templates.md` for what is and isn't there.
///
/// ```swift
/// let template = try ChatTemplate(source: "{% for m in messages %}<{{ m.role }}>{{ m.content }}\n{% endfor %}")
/// let chat = Chat(messages: [["role": "user", "content": "Hello"]])
/// try template.render(chat).text      // "<user>Hello\n"
/// ```
///
/// A template comes with a model from somewhere, so it can't read files, doesn't know the time and is bound by
/// ``TemplateLimits``: whatever it is, it ends, with a text or with a ``TemplateError``.
package struct ChatTemplate: Sendable {
    let source: TemplateSource
    let statements: [Statement]
    let limits: TemplateLimits
    /// Names that the template knows besides the chat: `bos_token`, `eos_token` …
    package var specialTokens: [String: String]

    /// Reads a template's text.
    ///
    /// - Parameters:
    ///   - name: what errors call it.
    ///   - specialTokens: names like `bos_token`, and the tokens.
    /// - Throws: ``TemplateError`` with the place of what is not understood.
    package init(
        source text: String, name: String = "chat template", specialTokens: [String: String] = [:],
        limits: TemplateLimits = TemplateLimits()
    ) throws(TemplateError) {
        guard text.utf8.count <= limits.sourceLength else {
            throw TemplateError(
                kind: .limit, template: name, line: nil, column: nil,
                message: "a template of more than \(limits.sourceLength) bytes")
        }
        source = TemplateSource(text, name: name)
        statements = try Parser.statements(of: source)
        self.limits = limits
        self.specialTokens = specialTokens
    }

    /// Renders a chat.
    ///
    /// - Throws: ``TemplateError``: the template refuses the chat (`raise_exception`), uses what is not there, or goes
    ///   beyond its limits.
    package func render(_ chat: Chat) throws(TemplateError) -> RenderedChat {
        let tokens = specialTokens.mapValues { OrderedJSONValue.string($0) }
        let named = tokens.merging(chat.variables) { $1 }
        var variables = named.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        variables += [
            ("messages", .array(try chat.preparedMessages(for: source))),
            ("tools", chat.tools.map { .array($0) } ?? .null),
            ("documents", chat.documents.map { .array($0) } ?? .null),
            ("add_generation_prompt", .bool(chat.addsGenerationPrompt)),
        ]
        return try render(variables: variables, date: chat.date)
    }

    /// Renders with the given names and no others but the functions that each template has.
    package func render(
        variables: [(String, OrderedJSONValue)], date: TemplateDate? = nil
    ) throws(TemplateError) -> RenderedChat {
        let evaluator = Evaluator(source: source, limits: limits, date: date)
        for (name, value) in variables { evaluator.define(name, try evaluator.value(value)) }
        let text = try evaluator.render(statements)
        return RenderedChat(text: text, generations: evaluator.generations)
    }
}

/// A chat as text.
package struct RenderedChat: Hashable, Sendable {
    package let text: String
    /// The parts that stand in `{% generation %}`, which are what the model is to learn to write: in Unicode scalars of
    /// the text, in the order in which they end.
    package let generations: [Range<Int>]
}
