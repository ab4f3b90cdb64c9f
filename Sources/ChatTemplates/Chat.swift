package import JSONValues

/// What a chat template is given.
package struct Chat: Sendable {
    /// Objects with `role`, `content` and what else the template knows.
    package var messages: [OrderedJSONValue]
    /// JSON schemas of the functions that the model may call.
    package var tools: [OrderedJSONValue]?
    /// Objects with `title` and `text` for models that answer from documents.
    package var documents: [OrderedJSONValue]?
    /// Whether the text ends with what makes the model answer.
    package var addsGenerationPrompt: Bool
    /// Further names that the template knows, as `enable_thinking`.
    package var variables: [String: OrderedJSONValue]
    /// What `strftime_now` tells. Without it there is no such function, and templates fall back to a fixed date.
    package var date: TemplateDate?

    package init(
        messages: [OrderedJSONValue], tools: [OrderedJSONValue]? = nil, documents: [OrderedJSONValue]? = nil,
        addsGenerationPrompt: Bool = false, variables: [String: OrderedJSONValue] = [:], date: TemplateDate? = nil
    ) {
        self.messages = messages
        self.tools = tools
        self.documents = documents
        self.addsGenerationPrompt = addsGenerationPrompt
        self.variables = variables
        self.date = date
    }

    /// A chat whose objects have their keys sorted. Where a template writes objects out, as it does with tools, that may
    /// not be the order in which another program has them.
    package init(
        messages: [JSONValue], tools: [JSONValue]? = nil, addsGenerationPrompt: Bool = false,
        variables: [String: JSONValue] = [:], date: TemplateDate? = nil
    ) {
        self.init(
            messages: messages.map { OrderedJSONValue($0) }, tools: tools?.map { OrderedJSONValue($0) },
            addsGenerationPrompt: addsGenerationPrompt, variables: variables.mapValues { OrderedJSONValue($0) },
            date: date)
    }

    /// The messages as `apply_chat_template` hands them on: without keys that are null, and with the reasoning under
    /// each name that templates read.
    func preparedMessages(for source: TemplateSource) throws(TemplateError) -> [OrderedJSONValue] {
        var prepared: [OrderedJSONValue] = []
        for (index, message) in messages.enumerated() {
            guard let members = message.objectValue else {
                throw TemplateError(
                    kind: .evaluation, template: source.name, line: nil, column: nil,
                    message: "message \(index + 1) of the chat is no object; expected `role` and `content`")
            }
            prepared.append(.object(Self.withReasoning(members.entries.filter { !$0.value.isNull })))
        }
        return prepared
    }

    private static func withReasoning(
        _ entries: [(key: String, value: OrderedJSONValue)]
    ) -> OrderedJSONValue.Members {
        let names = ["reasoning_content", "thinking", "reasoning"]
        let members = OrderedJSONValue.Members(entries)
        guard let reasoning = names.lazy.compactMap({ members[$0] }).first else { return members }
        var result = OrderedJSONValue.Members([(key: "thinking", value: reasoning)] + entries)
        result["reasoning_content"] = reasoning
        return result
    }
}
