import ChatTemplates
import JSONValues
import Testing

@Suite("A hostile template ends")
struct TemplateLimitsTests {
    private static func kind(_ source: String) -> TemplateError.Kind? {
        do {
            // Fewer steps than usual: this is about what happens when they run out.
            let template = try ChatTemplate(source: source, limits: TemplateLimits(steps: 100_000))
            _ = try template.render(variables: [("x", "abc"), ("l", .array([.int(1), .int(2)]))])
            return nil
        } catch {
            return error.kind
        }
    }

    @Test(
        "by a limit, not by a crash", .timeLimit(.minutes(5)),
        arguments: [
            // Time.
            "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
            "{% set ns = namespace(n=0) %}{% for a in range(99999) %}{% for b in range(99999) %}{% set ns.n = ns.n + 1 %}{% endfor %}{% endfor %}",
            "{% for a in range(99999) %}{{ 'x' * 100000 in 'y' * 100000 }}{% endfor %}",
            "{% macro m(n) %}{% for i in range(9) %}{{ m(n - 1) if n else '' }}{% endfor %}{% endmacro %}{{ m(30) }}",
            // Depth.
            "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
            "{% macro m() %}{% call m() %}{{ caller() }}{% endcall %}{% endmacro %}{{ m() }}",
            "{% set ns = namespace() %}{% set ns.a = ns %}{{ ns }}",
            "{% set ns = namespace(l=[]) %}{% for i in range(9999) %}{% set ns.l = [ns.l] %}{% endfor %}{{ ns.l }}",
            "{% set ns = namespace(l=[]) %}{% for i in range(9999) %}{% set ns.l = {'a': ns.l} %}{% endfor %}",
            "{% set ns = namespace(l=l) %}{% for i in range(9999) %}{% set ns.l = ns.l | map('string') %}{% endfor %}{{ ns.l | list }}",
            // Memory.
            "{% set ns = namespace(s='ab') %}{% for i in range(99) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
            "{% set ns = namespace(s='ab') %}{% for i in range(99) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
            "{% set ns = namespace(l=[1]) %}{% for i in range(99) %}{% set ns.l = ns.l + ns.l %}{% endfor %}",
            "{{ 'x' * 9223372036854775807 }}",
            "{{ [1] * 9223372036854775807 }}",
            "{{ x.center(9223372036854775807) }}",
            "{{ x.replace('', 'y' * 9999999) * 99 }}",
            "{{ l | batch(9223372036854775807, 0) | list }}",
            "{{ l | slice(9223372036854775807) | list }}",
            "{{ [[1]] | tojson(indent=9223372036854775807) }}",
            "{{ 'a\\nb' | indent(9223372036854775807) }}",
            "{{ l | join('y' * 9999999) * 99 }}",
            // Output.
            "{% for i in range(99999) %}{{ 'x' * 9999 }}{% endfor %}",
        ])
    func evaluation(source: String) {
        #expect(Self.kind(source) == .limit)
    }

    /// What is written between a beginning and an end so often that no parser could follow it by recursion.
    @Test(
        "by a limit of the syntax", .timeLimit(.minutes(3)),
        arguments: [
            ("{{ ", "(", "1", ")"), ("{{ ", "[", "1", "]"), ("{{ ", "{1: ", "1", "}"), ("{{ ", "not ", "1", ""),
            ("{{ ", "-", "1", ""), ("{{ ", "1 + ", "1", ""), ("{{ ", "1 ** ", "1", ""), ("{{ ", "", "a", ".a"),
            ("{{ ", "", "a", "|trim"), ("{{ ", "", "a", "()"), ("{{ ", "", "a", "[0]"), ("{{ ", "f(", "1", ")"),
            ("{{ ", "", "1", " if 1 else 1"), ("{{ ", "", "1", " if 1"), ("{{ ", "", "a", " and a"),
            ("{{ ", "a is eq(", "1", ")"), ("{{ ", "a[1:", "1", "]"),
        ])
    func expressions(start: String, before: String, middle: String, after: String) {
        let (before, after) = (String(repeating: before, count: 10_000), String(repeating: after, count: 10_000))
        #expect(Self.kind(start + before + middle + after + " }}") == .limit)
    }

    @Test(
        "by a limit of blocks", .timeLimit(.minutes(3)),
        arguments: [
            ("{% if 1 %}", "{% endif %}"), ("{% for i in x %}", "{% endfor %}"), ("{% set a %}", "{% endset %}"),
            ("{% macro m() %}", "{% endmacro %}"), ("{% generation %}", "{% endgeneration %}"), ("a", ""),
        ])
    func blocks(begin: String, end: String) {
        let count = end.isEmpty ? 1_000_001 : 10_000
        #expect(Self.kind(String(repeating: begin, count: count) + String(repeating: end, count: count)) == .limit)
    }

    @Test("Long but honest work is within the limits", .timeLimit(.minutes(3)))
    func honestWork() throws {
        let template = try ChatTemplate(
            source:
                "{% for m in messages %}<{{ m.role }}>{{ m['content'] | trim }}{{ ', ' if not loop.last }}{% endfor %}")
        let messages = (0..<3_000).map { JSONValue.object(["role": "user", "content": "Message number \($0). "]) }
        let text = try template.render(Chat(messages: messages)).text
        #expect(text.hasPrefix("<user>Message number 0., <user>"))
        #expect(text.hasSuffix("number 2999."))
        let long = try ChatTemplate(source: "{{ 1" + String(repeating: " ~ 1", count: 5_000) + " }}")
        #expect(try long.render(variables: []).text.utf8.count == 5_001)
    }

    @Test("Recursion as deep as the limit allows does not exhaust the stack of a task")
    func deepRecursion() async {
        let source =
            "{% macro m(n) %}{% if n %}{% for i in [1] %}{{ ((m(n - 1) ~ '') | trim) + '' }}{% endfor %}{% endif %}{% endmacro %}{{ m(9999) }}"
        await Task {
            let error = #expect(throws: TemplateError.self) { try ChatTemplate(source: source).render(variables: []) }
            #expect(error?.kind == .limit)
        }.value
    }
}
