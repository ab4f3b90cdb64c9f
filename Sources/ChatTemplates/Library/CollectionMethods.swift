/// The methods of dictionaries, lists, tuples and ranges.
struct CollectionMethods {
    private let value: Value
    private let evaluator: Evaluator

    init(_ value: Value, _ evaluator: Evaluator) {
        self.value = value
        self.evaluator = evaluator
    }

    static func names(of value: Value) -> Set<String> {
        switch value {
        case .dictionary: ["copy", "fromkeys", "get", "items", "keys", "values"]
        case .list: ["copy", "count", "index"]
        case .tuple, .range: ["count", "index"]
        default: []
        }
    }

    /// Whether it is a method that Python's lists or dictionaries have to change themselves.
    static func changes(_ name: String, _ value: Value) -> Bool {
        switch value {
        case .dictionary: ["clear", "pop", "popitem", "setdefault", "update"].contains(name)
        case .list: ["append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"].contains(name)
        default: false
        }
    }

    func call(_ name: String, _ arguments: Arguments) throws(TemplateError) -> Value {
        if case .dictionary(let dictionary) = value { return try call(name, of: dictionary, arguments) }
        if name == "copy" {
            try arguments.expectNone(of: name, evaluator)
            return value
        }
        let values = try arguments.bind(["value"], required: 1, of: name, evaluator)
        var count = 0
        for (index, element) in try evaluator.collect(value).enumerated() {
            try evaluator.step()
            guard try evaluator.areEqual(element, values[0] ?? .none) else { continue }
            if name == "index" { return .int(index) }
            count += 1
        }
        if name == "index" { throw evaluator.fail("`index`: the value is not there") }
        return .int(count)
    }

    private func call(
        _ name: String, of dictionary: ValueDictionary, _ arguments: Arguments
    ) throws(TemplateError) -> Value {
        switch name {
        case "get":
            guard arguments.keywords.isEmpty else { throw evaluator.fail("`get` takes no named arguments") }
            let values = try arguments.bind(["key", "default"], required: 1, of: name, evaluator)
            guard let key = values[0].flatMap({ DictionaryKey($0) }) else {
                if values[0]?.isUndefined == true { return values[1] ?? .none }
                throw evaluator.fail("\(values[0]?.kind ?? "nothing") can't be a dictionary's key")
            }
            return dictionary[key] ?? values[1] ?? .none
        case "fromkeys":
            let values = try arguments.bind(["iterable", "value"], required: 1, of: name, evaluator)
            let keys = try evaluator.collect(values[0] ?? .none)
            return try evaluator.dictionary(keys.map { ($0, values[1] ?? .none) })
        default:
            try arguments.expectNone(of: name, evaluator)
            guard let part = DictionaryView.Part(rawValue: name) else { return value }
            return .view(DictionaryView(part: part, dictionary: dictionary))
        }
    }
}
