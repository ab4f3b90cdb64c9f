/// The filters, by name.
enum Filters {
    typealias Filter = @Sendable (Evaluator, Value, Arguments) throws(TemplateError) -> Value

    static let table: [String: Filter] = texts.merging(sequences) { $1 }.merging(selections) { $1 }
        .merging(numbers) { $1 }.merging(conversions) { $1 }

    /// What Jinja has beyond these, and chat templates have no use for.
    private static let unsupported: Set<String> = [
        "filesizeformat", "forceescape", "pprint", "random", "striptags", "urlencode", "urlize", "wordwrap", "xmlattr",
    ]

    static func unknown(_ name: String) -> String {
        if unsupported.contains(name) { return "the filter `\(name)` is not supported in chat templates" }
        return "unknown filter `\(name)`" + SimilarName.suggestion(name, among: table.keys.sorted())
    }

    /// An iterator that draws from a value once it is asked.
    static func deferred(
        _ value: Value, _ evaluator: Evaluator, _ make: @escaping (Evaluator) throws(TemplateError) -> ValueIterator
    ) throws(TemplateError) -> Value {
        let iterator = ValueIterator.deferred(over: value, make)
        try evaluator.check(depth: iterator.depth)
        return .iterator(iterator)
    }

    // MARK: Conversions

    private static let conversions: [String: Filter] = [
        "attr": { evaluator, value, arguments throws(TemplateError) in
            let name = try arguments.bind(["name"], required: 1, of: "attr", evaluator)[0]
            // Only what `a.b` finds before it looks for an item.
            if case .dictionary = value {
                return try evaluator.attribute(
                    try evaluator.expectString(name, "an attribute's name"),
                    of: .dictionary(ValueDictionary(members: [])))
            }
            return try evaluator.attribute(try evaluator.expectString(name, "an attribute's name"), of: value)
        },
        "d": defaulted,
        "default": defaulted,
        "e": escaped,
        "escape": escaped,
        "safe": { evaluator, value, arguments throws(TemplateError) in
            try arguments.expectNone(of: "safe", evaluator)
            return try evaluator.string(try evaluator.text(of: value))
        },
        "string": { evaluator, value, arguments throws(TemplateError) in
            try arguments.expectNone(of: "string", evaluator)
            return try evaluator.string(try evaluator.text(of: value))
        },
        "tojson": { evaluator, value, arguments throws(TemplateError) in
            let values = try arguments.bind(
                ["ensure_ascii", "indent", "separators", "sort_keys"], of: "tojson", evaluator)
            var writer = JSONWriter(evaluator: evaluator)
            writer.isASCII = values[0]?.isTrue ?? false
            switch values[1] {
            case nil, .some(.none): break
            case .string(let indent)?: writer.indent = indent
            case let indent?:
                let count = max(0, try evaluator.integer(indent, default: 0, "`indent`"))
                try evaluator.charge(bytes: count)
                writer.indent = " ".repeated(count)
            }
            if writer.indent != nil { writer.itemSeparator = "," }
            if let separators = values[2], separators.isTrue {
                let parts = try evaluator.collect(separators)
                guard parts.count == 2 else { throw evaluator.fail("`separators` are two strings") }
                writer.itemSeparator = try evaluator.expectString(parts[0], "a separator")
                writer.keySeparator = try evaluator.expectString(parts[1], "a separator")
            }
            writer.sortsKeys = values[3]?.isTrue ?? false
            try writer.write(value)
            return .string(writer.text)
        },
    ]

    private static let defaulted: Filter = { evaluator, value, arguments throws(TemplateError) in
        let values = try arguments.bind(["default_value", "boolean"], of: "default", evaluator)
        let replaces = value.isUndefined || ((values[1]?.isTrue ?? false) && !value.isTrue)
        return replaces ? values[0] ?? .string("") : value
    }

    private static let escaped: Filter = { evaluator, value, arguments throws(TemplateError) in
        try arguments.expectNone(of: "escape", evaluator)
        var result = ""
        for scalar in try evaluator.text(of: value).unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "'": result += "&#39;"
            case "\"": result += "&#34;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return try evaluator.string(result)
    }
}
