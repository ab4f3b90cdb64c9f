/// The functions that every chat template may call.
enum Globals: String, CaseIterable {
    case range
    case dict
    case namespace
    case cycler
    case joiner
    case raiseException = "raise_exception"
    case strftimeNow = "strftime_now"

    static func scope(hasDate: Bool) -> Scope {
        let scope = Scope(in: nil)
        for global in allCases where hasDate || global != .strftimeNow {
            scope.values[global.rawValue] = .function(.global(global))
        }
        return scope
    }

    func call(_ arguments: Arguments, _ evaluator: Evaluator) throws(TemplateError) -> Value {
        switch self {
        case .range: return try Self.range(arguments, evaluator)
        case .dict: return try Self.dictionary(arguments, evaluator)
        case .namespace:
            let namespace = try evaluator.makeNamespace()
            guard case .dictionary(let attributes) = try Self.dictionary(arguments, evaluator) else { return .none }
            for entry in attributes.entries {
                guard case .string(let name) = entry.key else {
                    throw evaluator.fail("an attribute's name is a string")
                }
                try evaluator.set(name, of: namespace, to: entry.value)
            }
            return .namespace(namespace)
        case .cycler:
            guard !arguments.positional.isEmpty, arguments.keywords.isEmpty else {
                throw evaluator.fail("`cycler` needs something to cycle through")
            }
            return .function(.cycler(Cycler(arguments.positional), ""))
        case .joiner:
            let values = try arguments.bind(["sep"], of: rawValue, evaluator)
            return .function(
                .joiner(
                    Joiner(
                        try values[0].map { value throws(TemplateError) in
                            try evaluator.text(of: value)
                        } ?? ", ")))
        case .raiseException:
            let values = try arguments.bind(["message"], required: 1, of: rawValue, evaluator)
            let message = try evaluator.text(of: values[0] ?? .none)
            throw evaluator.source.error(.raised, at: evaluator.offset, message)
        case .strftimeNow:
            let values = try arguments.bind(["format"], required: 1, of: rawValue, evaluator)
            let format = try evaluator.expectString(values[0], "a date's format")
            guard let date = evaluator.date else { throw evaluator.fail("no date was given") }
            guard let text = date.formatted(format) else {
                throw evaluator.fail("the date's format `\(format)` is not known here")
            }
            return try evaluator.string(text)
        }
    }

    private static func range(_ arguments: Arguments, _ evaluator: Evaluator) throws(TemplateError) -> Value {
        guard arguments.keywords.isEmpty, (1...3).contains(arguments.positional.count) else {
            throw evaluator.fail("`range` takes one to three integers")
        }
        var numbers: [Int] = []
        for value in arguments.positional { numbers.append(try evaluator.integer(value, default: 0, "a range's end")) }
        if numbers.count == 1 { numbers.insert(0, at: 0) }
        let step = numbers.count == 3 ? numbers[2] : 1
        guard step != 0 else { throw evaluator.fail("a range's step can't be zero") }
        guard let range = RangeValue(start: numbers[0], stop: numbers[1], step: step),
            range.count <= TemplateLimits.rangeCount
        else { throw evaluator.fail("a range of more than \(TemplateLimits.rangeCount) numbers") }
        return .range(range)
    }

    private static func dictionary(_ arguments: Arguments, _ evaluator: Evaluator) throws(TemplateError) -> Value {
        guard arguments.positional.count <= 1 else { throw evaluator.fail("expected at most one dictionary") }
        var items: [(key: Value, value: Value)] = []
        switch arguments.positional.first {
        case nil: break
        case .dictionary(let dictionary)?: items = dictionary.entries.map { ($0.key, $0.value) }
        case let pairs?:
            for pair in try evaluator.collect(pairs) {
                let parts = try evaluator.collect(pair)
                guard parts.count == 2 else { throw evaluator.fail("expected pairs of a key and a value") }
                items.append((parts[0], parts[1]))
            }
        }
        items += arguments.keywords.map { (.string($0.name), $0.value) }
        return try evaluator.dictionary(items)
    }

    // MARK: Cyclers

    /// Nil where a function has no such attribute.
    static func attribute(_ name: String, of function: Function) -> Value? {
        switch function {
        case .macro(let definition, _) where name == "name": .string(definition.name)
        case .cycler(let cycler, "") where name == "current": cycler.values[cycler.index]
        case .cycler(let cycler, "") where name == "next" || name == "reset": .function(.cycler(cycler, name))
        default: nil
        }
    }

    static func call(_ method: String, of cycler: Cycler) -> Value {
        if method == "reset" {
            cycler.index = 0
            return .none
        }
        defer { cycler.index = (cycler.index + 1) % cycler.values.count }
        return cycler.values[cycler.index]
    }
}
