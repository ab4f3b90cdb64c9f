/// The tests that stand behind `is`, by name.
enum Tests {
    typealias Test = @Sendable (Evaluator, Value, Arguments) throws(TemplateError) -> Bool

    static let table: [String: Test] = [
        "defined": plain { !$0.isUndefined },
        "undefined": plain(\.isUndefined),
        "none": plain { if case .none = $0 { true } else { false } },
        "boolean": plain { if case .bool = $0 { true } else { false } },
        "true": plain { if case .bool(true) = $0 { true } else { false } },
        "false": plain { if case .bool(false) = $0 { true } else { false } },
        "integer": plain { if case .int = $0 { true } else { false } },
        "float": plain { if case .float = $0 { true } else { false } },
        "number": plain { $0.number != nil },
        "string": plain(\.isString),
        "mapping": plain { if case .dictionary = $0 { true } else { false } },
        "sequence": plain { value in
            switch value {
            case .string, .list, .tuple, .dictionary, .range, .undefined: true
            default: false
            }
        },
        "iterable": plain { value in
            switch value {
            case .none, .bool, .int, .float, .namespace, .function: false
            default: true
            }
        },
        "callable": plain { value in
            switch value {
            case .function, .loop, .undefined: true
            default: false
            }
        },
        "escaped": plain { _ in false },
        "odd": { evaluator, value, arguments throws(TemplateError) in
            try arguments.expectNone(of: "odd", evaluator)
            return try evaluator.areEqual(try evaluator.compute(.modulo, value, .int(2)), .int(1))
        },
        "even": { evaluator, value, arguments throws(TemplateError) in
            try arguments.expectNone(of: "even", evaluator)
            return try evaluator.areEqual(try evaluator.compute(.modulo, value, .int(2)), .int(0))
        },
        "divisibleby": { evaluator, value, arguments throws(TemplateError) in
            let divisor = try operand(arguments, "num", "divisibleby", evaluator)
            return try evaluator.areEqual(try evaluator.compute(.modulo, value, divisor), .int(0))
        },
        "lower": { evaluator, value, arguments throws(TemplateError) in
            try arguments.expectNone(of: "lower", evaluator)
            return try evaluator.text(of: value).isCased(upper: false)
        },
        "upper": { evaluator, value, arguments throws(TemplateError) in
            try arguments.expectNone(of: "upper", evaluator)
            return try evaluator.text(of: value).isCased(upper: true)
        },
        "sameas": { evaluator, value, arguments throws(TemplateError) in
            let other = try operand(arguments, "other", "sameas", evaluator)
            return value.kind == other.kind ? try evaluator.areEqual(value, other) : false
        },
        "filter": { evaluator, value, arguments throws(TemplateError) in
            try arguments.expectNone(of: "filter", evaluator)
            if case .string(let name) = value { return Filters.table[name] != nil }
            return false
        },
        "test": { evaluator, value, arguments throws(TemplateError) in
            try arguments.expectNone(of: "test", evaluator)
            if case .string(let name) = value { return names.contains(name) }
            return false
        },
        "in": { evaluator, value, arguments throws(TemplateError) in
            try evaluator.contains(try operand(arguments, "seq", "in", evaluator), value)
        },
        "==": comparing(.equal), "eq": comparing(.equal), "equalto": comparing(.equal),
        "!=": comparing(.notEqual), "ne": comparing(.notEqual),
        "<": comparing(.less), "lt": comparing(.less), "lessthan": comparing(.less),
        "<=": comparing(.lessOrEqual), "le": comparing(.lessOrEqual),
        ">": comparing(.greater), "gt": comparing(.greater), "greaterthan": comparing(.greater),
        ">=": comparing(.greaterOrEqual), "ge": comparing(.greaterOrEqual),
    ]

    private static let names: Set<String> = [
        "!=", "<", "<=", "==", ">", ">=", "boolean", "callable", "defined", "divisibleby", "eq", "equalto", "escaped",
        "even", "false", "filter", "float", "ge", "greaterthan", "gt", "in", "integer", "iterable", "le", "lessthan",
        "lower", "lt", "mapping", "ne", "none", "number", "odd", "sameas", "sequence", "string", "test", "true",
        "undefined", "upper",
    ]

    static func unknown(_ name: String) -> String {
        "unknown test `\(name)`" + SimilarName.suggestion(name, among: table.keys.sorted())
    }

    private static func plain(_ holds: @escaping @Sendable (Value) -> Bool) -> Test {
        { evaluator, value, arguments throws(TemplateError) in
            guard arguments.positional.isEmpty, arguments.keywords.isEmpty else {
                throw evaluator.fail("this test takes no arguments")
            }
            return holds(value)
        }
    }

    private static func operand(
        _ arguments: Arguments, _ name: String, _ test: String, _ evaluator: Evaluator
    ) throws(TemplateError) -> Value {
        try arguments.bind([name], required: 1, of: test, evaluator)[0] ?? .none
    }

    private static func comparing(_ operation: Expression.Comparison) -> Test {
        { evaluator, value, arguments throws(TemplateError) in
            let other = try operand(arguments, "other", operation.rawValue, evaluator)
            return try evaluator.compare(operation, value, other)
        }
    }
}
