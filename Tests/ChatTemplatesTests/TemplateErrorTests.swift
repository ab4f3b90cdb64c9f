import ChatTemplates
import JSONValues
import Testing

@Suite("What is wrong with a template")
struct TemplateErrorTests {
    private static func error(
        _ source: String, _ variables: [(String, OrderedJSONValue)] = []
    ) -> TemplateError? {
        do {
            _ = try ChatTemplate(source: source, name: "t.jinja").render(variables: variables)
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "An error says where it is and what is wrong",
        arguments: [
            ("a\n  {{ x | uper }}", "t.jinja:2:10: unknown filter `uper`; did you mean `upper`?"),
            ("{% fr i in x %}", "t.jinja:1:4: unknown tag `fr`; did you mean `for`?"),
            ("{{ x is defned }}", "t.jinja:1:9: unknown test `defned`; did you mean `defined`?"),
            ("{% include 'x' %}", "t.jinja:1:4: the tag `include` is not supported in chat templates"),
            ("{{ x | pprint }}", "t.jinja:1:8: the filter `pprint` is not supported in chat templates"),
            ("é\r\n{{ 'é' + 1 }}", "t.jinja:2:8: `+` is not defined between a string and an integer"),
            (
                "{% if x %}\n{% endfor %}",
                "t.jinja:2:4: `endfor` does not belong here; expected `elif` or `else` or `endif`"
            ),
            ("{% for i in x recursive %}", "t.jinja:1:15: `recursive` loops are not supported in chat templates"),
            ("{{ y.z }}", "t.jinja:1:6: `y` is undefined"),
            ("{{ {}.y.z }}", "t.jinja:1:9: a dictionary has no `y`"),
            ("{{ raise_exception('Not so.') }}", "t.jinja:1:19: Not so."),
            ("{% macro m() %}\n{{ 1 / 0 }}{% endmacro %}{{ m() }}", "t.jinja:2:6: division by zero"),
        ])
    func messages(source: String, message: String) {
        #expect(Self.error(source)?.description == message)
    }

    @Test("The time is known only if it is given")
    func date() throws {
        let source = "{% if strftime_now is defined %}{{ strftime_now('%d %b %Y') }}{% else %}never{% endif %}"
        let template = try ChatTemplate(source: source)
        #expect(try template.render(variables: []).text == "never")
        #expect(
            try template.render(variables: [], date: TemplateDate(year: 2024, month: 2, day: 29)).text == "29 Feb 2024")
        #expect(TemplateDate(year: 2023, month: 2, day: 29) == nil)
        #expect(TemplateDate(year: 2023, month: 13, day: 1) == nil)
    }

    @Test("A message that is no object is refused")
    func message() throws {
        let template = try ChatTemplate(source: "{{ messages }}")
        let error = #expect(throws: TemplateError.self) { try template.render(Chat(messages: [JSONValue("Hello")])) }
        #expect(
            error?.description == "chat template: message 1 of the chat is no object; expected `role` and `content`")
    }
}
