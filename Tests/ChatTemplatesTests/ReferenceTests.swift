import ChatTemplates
import Foundation
import JSONValues
import Testing

/// Compares with what Jinja renders, as transformers sets it up; `Golden/make.py` asked it.
@Suite("Templates render as with transformers")
struct ReferenceTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(component: "Golden")
    private static let date = TemplateDate(year: 2025, month: 3, day: 7, hour: 14, minute: 5, second: 9)

    private static func golden(_ name: String) throws -> OrderedJSONValue {
        try OrderedJSONValue(parsing: try Data(contentsOf: folder.appending(component: name)))
    }

    @Test("Chats in the templates of model families, to the byte")
    func families() throws {
        let golden = try Self.golden("families.json")
        let tokens = golden["tokens"].objectValue?.entries.map { ($0.key, $0.value.stringValue ?? "") } ?? []
        let cases = try #require(golden["cases"].arrayValue)
        #expect(cases.count >= 250)
        for expected in cases {
            let file = try #require(expected["template"].stringValue)
            let name = try #require(expected["chat"].stringValue)
            let source = try String(
                contentsOf: Self.folder.appending(components: "templates", file), encoding: .utf8)
            let described = golden["chats"][name]
            let chat = Chat(
                messages: try #require(described["messages"].arrayValue), tools: described["tools"].arrayValue,
                addsGenerationPrompt: described["add_generation_prompt"].boolValue ?? false,
                variables: Dictionary(
                    uniqueKeysWithValues: described["variables"].objectValue?.entries.map { ($0.key, $0.value) } ?? []),
                date: Self.date)
            let outcome = Self.outcome { () throws(TemplateError) in
                let template = try ChatTemplate(
                    source: source, name: file, specialTokens: Dictionary(uniqueKeysWithValues: tokens))
                return try template.render(chat)
            }
            Self.compare(outcome, expected, "\(file), \(name)")
        }
    }

    @Test("Constructs one by one, errors included")
    func constructs() throws {
        let golden = try Self.golden("constructs.json")
        let variables = golden["variables"].objectValue?.entries.map { ($0.key, $0.value) } ?? []
        let cases = try #require(golden["cases"].arrayValue)
        #expect(cases.count >= 350)
        for expected in cases {
            let source = try #require(expected["template"].stringValue)
            let outcome = Self.outcome { () throws(TemplateError) in
                try ChatTemplate(source: source).render(variables: variables, date: Self.date)
            }
            Self.compare(outcome, expected, source)
        }
    }

    private static func outcome(
        _ render: () throws(TemplateError) -> RenderedChat
    ) -> Result<RenderedChat, TemplateError> {
        Result { () throws(TemplateError) in try render() }
    }

    private static func compare(
        _ outcome: Result<RenderedChat, TemplateError>, _ expected: OrderedJSONValue, _ title: String
    ) {
        switch outcome {
        case .success(let rendered):
            #expect(Array(rendered.text.utf8) == expected["text"].stringValue.map { Array($0.utf8) }, "\(title)")
            let ranges = expected["generations"].arrayValue?.map { $0.arrayValue?.compactMap(\.intValue) ?? [] }
            #expect(rendered.generations.map { [$0.lowerBound, $0.upperBound] } == ranges, "\(title)")
        case .failure(let error):
            // An address in memory is nothing that a template means to write; here printing it is an error.
            let kind = expected["error"].stringValue.map { $0 == "address" ? "evaluation" : $0 }
            #expect("\(error.kind)" == kind, "\(title): \(error)")
            if error.kind == .raised { #expect(error.message == expected["message"].stringValue, "\(title)") }
        }
    }
}
