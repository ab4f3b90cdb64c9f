import ChatTemplates
import JSONValues

/// Chat templates, read and rendered with limits that are tighter than usual.
enum ChatTemplateTarget {
    private static let file = "chat_template.jinja"
    private static let limits = TemplateLimits(steps: 50_000, outputBytes: 1 << 20, createdBytes: 8 << 20)

    /// Templates that ask for much time or memory.
    private static let greedy = [
        "{% for a in range(999) %}{% for b in range(999) %}{{ a * b }}{% endfor %}{% endfor %}",
        "{% set ns = namespace(s='ab', l=[1]) %}{% for i in range(99) %}{% set ns.s = ns.s ~ ns.s %}{{ ns.s | upper }}{% endfor %}",
        "{% set ns = namespace(l=[1]) %}{% for i in range(99) %}{% set ns.l = ns.l + [ns.l] %}{{ ns.l | tojson(indent=4) }}{% endfor %}",
        "{% set s = 'ab' * 999999 %}{{ s.split('b') | length }}{{ s.replace('a', 'cc') | length }}{{ s.splitlines() }}",
        "{% set s = ' \\n' * 999999 %}{{ s.split() | length }}{{ s | indent(9) | length }}{{ s | wordcount }}{{ s.rsplit(' ', 9) }}",
        "{% set s = 'x' * 999999 %}{{ s | list | sort | unique | join(',') }}{{ s[::-1] | tojson }}{{ [s, s] | map('title') | list }}",
        "{% set l = range(99999) | list %}{{ l | batch(2) | list | length }}{{ l | groupby('x') }}{{ l | sort(reverse=true) | sum }}",
        "{% macro m(n) %}{% for i in range(9) %}{{ m(n - 1) if n else n }}{% endfor %}{% endmacro %}{{ m(9) }}",
        "{% set ns = namespace() %}{% set ns.a = [ns] %}{{ ns }}{{ ns == ns }}{{ ns.a | tojson }}",
        "{{ '%9999d' % 1 }}{{ '%.500f' | format(1.5) }}{{ 'x' | center(999999) | trim | length }}{{ '7'.zfill(999999) | int }}",
        "{{ dict(range(999) | map('string') | batch(2)) | dictsort | list | tojson }}{{ {'a': [1] * 99999} | string | length }}",
    ]

    static func make() throws -> FuzzTarget {
        let folder = "ChatTemplatesTests/Golden"
        var seeds = try Goldens.names(in: "\(folder)/templates", suffix: ".jinja").map {
            [file: try Goldens.bytes("\(folder)/templates/\($0)")]
        }
        let constructs = try OrderedJSONValue(parsing: try Goldens.bytes("\(folder)/constructs.json"))
        for example in constructs["cases"].arrayValue ?? [] {
            seeds.append([file: Array((example["template"].stringValue ?? "").utf8)])
        }
        // The greedy ones are few beside the constructs, so they are taken more often.
        seeds += repeatElement(greedy, count: 10).joined().map { [file: Array($0.utf8)] }
        let variables = constructs["variables"].objectValue?.entries ?? []
        var chat = Chat(
            messages: [
                ["role": "system", "content": "S"], ["role": "user", "content": "Hello"],
                ["role": "assistant", "content": "<think>x</think>y", "tool_calls": []],
            ], tools: [["type": "function", "function": ["name": "f", "parameters": ["type": "object"]]]],
            addsGenerationPrompt: true, date: TemplateDate(year: 2025, month: 3, day: 7))
        for (name, value) in variables { chat.variables[name] = value }
        let rendered = chat
        return FuzzTarget(
            name: "chat-template", seeds: seeds, damagedFiles: [file], structure: TemplateMutation(),
            growth: (256, 32 << 20),
            read: { input, _ in
                let source = String(decoding: input[file] ?? [], as: UTF8.self)
                let template = try ChatTemplate(source: source, limits: limits)
                _ = try template.render(rendered)
            },
            isOwnError: { error in
                guard let error = error as? TemplateError else { return false }
                return !error.message.isEmpty || error.kind == .raised
            })
    }
}

/// Puts pieces of templates where they should not be.
private struct TemplateMutation: StructuralMutation {
    private static let pieces = [
        "{{", "}}", "{%", "%}", "{#", "#}", "{%-", "-%}", "(", ")", "[", "]", "{", "}", "'", "\"", "\\", "|", ".", ",",
        ":", "~", "+", "-", "*", "**", "//", "%", " is ", " not ", " in ", " if ", " else ", " and ", " or ", "loop.",
        "messages", "none", "|list", "|map(", "|tojson(indent=", "99999999", "[::-1]", "* 99999", "range(99999)",
        "{% endif %}", "{% endfor %}", "{% else %}", "{% set messages = messages + messages %}", "{% raw %}", "é",
        "|sort", "|unique", "|batch(3)", "|groupby('role')", ".split('')", ".items()", "|items", "{% break %}",
        "{% generation %}", "{% macro m() %}", "{{ m() }}", "{% for i in range(999) %}", "namespace(a=messages)",
        "(((((",
        "9223372036854775807", "|center(99999999)", "|indent(99999999)", "'%99999999d' % 1", "|round(999)",
        "{{ caller() }}",
    ].map { Array($0.utf8) }

    func mutated(_ bytes: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
        var bytes = bytes
        for _ in 0...Int.random(in: 0..<2, using: &random) {
            let start = Int.random(in: 0...bytes.count, using: &random)
            let end = min(
                bytes.count, start + (Bool.random(using: &random) ? 0 : Int.random(in: 0..<16, using: &random)))
            bytes.replaceSubrange(start..<end, with: Self.pieces.randomElement(using: &random) ?? [])
        }
        return bytes
    }
}
