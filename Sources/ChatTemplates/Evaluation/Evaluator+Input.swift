import JSONValues

extension Evaluator {
    func define(_ name: String, _ value: Value) {
        scope.values[name] = value
    }

    /// A template's value of what comes from outside.
    func value(_ json: OrderedJSONValue) throws(TemplateError) -> Value {
        switch json {
        case .null: return .none
        case .bool(let value): return .bool(value)
        case .int(let value): return .int(value)
        case .double(let value): return .float(value)
        case .string(let text): return .string(text)
        case .array(let elements):
            var values: [Value] = []
            values.reserveCapacity(elements.count)
            for element in elements { values.append(try value(element)) }
            return try list(values)
        case .object(let members):
            var items: [(key: Value, value: Value)] = []
            for (key, member) in members.entries { items.append((.string(key), try value(member))) }
            return try dictionary(items)
        }
    }
}
