extension Filters {
    /// Filters that make a text of a value's text.
    static let texts: [String: Filter] = [
        "capitalize": mapped("capitalize") { $0.sentenceCased },
        "lower": mapped("lower") { $0.lowercased() },
        "upper": mapped("upper") { $0.uppercased() },
        "title": mapped("title", titled),
        "trim": { evaluator, value, arguments throws(TemplateError) in
            let chars = try arguments.bind(["chars"], of: "trim", evaluator)[0]
            var set: String?
            if let chars, case .string(let text) = chars { set = text }
            return try evaluator.string(try evaluator.text(of: value).stripped(of: set))
        },
        "center": { evaluator, value, arguments throws(TemplateError) in
            let width = try arguments.bind(["width"], of: "center", evaluator)[0]
            let text = try evaluator.text(of: value)
            return .string(
                try evaluator.padded(
                    text, to: try evaluator.integer(width, default: 80, "a width"), with: " ", "center"))
        },
        "replace": { evaluator, value, arguments throws(TemplateError) in
            let values = try arguments.bind(["old", "new", "count"], required: 2, of: "replace", evaluator)
            var limit = -1
            if let count = values[2] {
                if case .none = count {
                    limit = -1
                } else {
                    limit = try evaluator.integer(count, default: -1, "the count")
                }
            }
            return try TextMethods(try evaluator.text(of: value), evaluator).replaced(
                try evaluator.text(of: values[0] ?? .none), by: try evaluator.text(of: values[1] ?? .none), limit: limit
            )
        },
        "indent": indented,
        "truncate": truncated,
        "wordcount": { evaluator, value, arguments throws(TemplateError) in
            try arguments.expectNone(of: "wordcount", evaluator)
            let text = try evaluator.text(of: value)
            try evaluator.charge(bytes: text.utf8.count)
            return .int(text.unicodeScalars.split { !$0.isWord }.count)
        },
        "format": { evaluator, value, arguments throws(TemplateError) in
            let format = PercentFormat(try evaluator.text(of: value), evaluator: evaluator)
            guard arguments.keywords.isEmpty || arguments.positional.isEmpty else {
                throw evaluator.fail("`format` takes either named or unnamed values")
            }
            let values =
                arguments.keywords.isEmpty
                ? Value.tuple(try evaluator.elements(arguments.positional))
                : try evaluator.dictionary(arguments.keywords.map { (.string($0.name), $0.value) })
            return .string(try format.filled(with: values))
        },
    ]

    private static func mapped(_ name: String, _ change: @escaping @Sendable (String) -> String) -> Filter {
        { evaluator, value, arguments throws(TemplateError) in
            try arguments.expectNone(of: name, evaluator)
            return try evaluator.string(change(try evaluator.text(of: value)))
        }
    }

    /// Jinja's own title case: words begin behind white space and `-({[<`.
    private static let titled: @Sendable (String) -> String = { text in
        var result = ""
        var isInWord = false
        for scalar in text.unicodeScalars {
            let isBreak = scalar.isPythonSpace || "-({[<".unicodeScalars.contains(scalar)
            let properties = scalar.properties
            result += isBreak || !isInWord ? properties.uppercaseMapping : properties.lowercaseMapping
            isInWord = !isBreak
        }
        return result
    }

    private static let indented: Filter = { evaluator, value, arguments throws(TemplateError) in
        let values = try arguments.bind(["width", "first", "blank"], of: "indent", evaluator)
        guard case .string(let text) = value else {
            throw evaluator.fail("`indent` needs a string, found \(value.kind)")
        }
        let indent: String
        if case .string(let given)? = values[0] {
            indent = given
        } else {
            let width = max(0, try evaluator.integer(values[0], default: 4, "a width"))
            try evaluator.charge(bytes: width)
            indent = " ".repeated(width)
        }
        try evaluator.charge(elements: text.utf8.count)
        let lines = (text + "\n").lines()
        try evaluator.charge(bytes: text.utf8.count + (lines.count + 1).multipliedClamped(by: indent.utf8.count))
        let indentsBlank = values[2]?.isTrue ?? false
        var result = values[1]?.isTrue ?? false ? indent : ""
        for (index, line) in lines.enumerated() {
            if index > 0 { result += "\n" + (line.isEmpty && !indentsBlank ? "" : indent) }
            result += line
        }
        return .string(result)
    }

    private static let truncated: Filter = { evaluator, value, arguments throws(TemplateError) in
        let values = try arguments.bind(["length", "killwords", "end", "leeway"], of: "truncate", evaluator)
        let length = try evaluator.integer(values[0], default: 255, "a length")
        let end = values[2] == nil ? "..." : try evaluator.expectString(values[2], "`end`")
        var leeway = 5
        if let given = values[3] {
            if case .none = given { leeway = 5 } else { leeway = try evaluator.integer(given, default: 5, "`leeway`") }
        }
        let kept = length - end.unicodeScalars.count
        guard kept >= 0, leeway >= 0 else { throw evaluator.fail("`length` must be at least that of `end`") }
        if try evaluator.count(of: value) - leeway <= length { return value }
        guard case .string(let text) = value else {
            throw evaluator.fail("`truncate` needs a string, found \(value.kind)")
        }
        try evaluator.charge(bytes: 2 * text.utf8.count)
        let scalars = Array(text.unicodeScalars)
        let head = String(scalars: scalars.prefix(kept))
        if values[1]?.isTrue ?? false { return .string(head + end) }
        return .string((TextSearch.split(head, by: " ", limit: 1, fromEnd: true).first ?? "") + end)
    }
}
