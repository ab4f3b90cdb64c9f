extension Filters {
    /// Filters of lists and what else can be gone through.
    static let sequences: [String: Filter] = [
        "count": counted,
        "length": counted,
        "list": { evaluator, value, arguments throws(TemplateError) in
            try arguments.expectNone(of: "list", evaluator)
            return try evaluator.list(try evaluator.collect(value))
        },
        "items": { evaluator, value, arguments throws(TemplateError) in
            try arguments.expectNone(of: "items", evaluator)
            return try deferred(value, evaluator) { evaluator throws(TemplateError) in
                if case .undefined = value { return ValueIterator([], depth: 0) }
                guard case .dictionary(let dictionary) = value else {
                    throw evaluator.fail("`items` needs a dictionary, found \(value.kind)")
                }
                let view = DictionaryView(part: .items, dictionary: dictionary)
                return ValueIterator(try evaluator.collect(.view(view)), depth: value.depth + 1)
            }
        },
        "first": { evaluator, value, arguments throws(TemplateError) in
            try arguments.expectNone(of: "first", evaluator)
            return try evaluator.iterate(value).next(evaluator)
                ?? .undefined(.reason("an empty sequence has no first value"))
        },
        "last": { evaluator, value, arguments throws(TemplateError) in
            try arguments.expectNone(of: "last", evaluator)
            if case .iterator = value {
                throw evaluator.fail("an iterator's last value is not known; use `|list|last`")
            }
            return try evaluator.collect(value).last ?? .undefined(.reason("an empty sequence has no last value"))
        },
        "reverse": { evaluator, value, arguments throws(TemplateError) in
            try arguments.expectNone(of: "reverse", evaluator)
            if case .string(let text) = value {
                return try evaluator.string(String(scalars: text.unicodeScalars.reversed()))
            }
            let values: [Value] = try evaluator.collect(value).reversed()
            if case .iterator = value { return try evaluator.list(values) }
            try evaluator.check(depth: value.depth + 1)
            return .iterator(ValueIterator(values, depth: value.depth))
        },
        "join": { evaluator, value, arguments throws(TemplateError) in
            let values = try arguments.bind(["d", "attribute"], of: "join", evaluator)
            let separator = try values[0].map { value throws(TemplateError) in try evaluator.text(of: value) } ?? ""
            let path = try AttributePath(values[1], evaluator)
            let iterator = try evaluator.iterate(value)
            var result = ""
            var isFirst = true
            while let element = try iterator.next(evaluator) {
                let piece =
                    (isFirst ? "" : separator) + (try evaluator.text(of: try path.value(of: element, evaluator)))
                isFirst = false
                try evaluator.charge(bytes: piece.utf8.count)
                result += piece
            }
            return .string(result)
        },
        "sort": { evaluator, value, arguments throws(TemplateError) in
            let values = try arguments.bind(["reverse", "case_sensitive", "attribute"], of: "sort", evaluator)
            let isSensitive = values[1]?.isTrue ?? false
            var paths: [AttributePath] = []
            if case .string(let text)? = values[2] {
                for part in TextSearch.split(text, by: ",") {
                    paths.append(try AttributePath(.string(part), evaluator))
                }
            } else {
                paths = [try AttributePath(values[2], evaluator)]
            }
            return try evaluator.list(
                try keyed(evaluator.collect(value), evaluator, reversed: values[0]?.isTrue ?? false) {
                    element throws(TemplateError) in
                    var keys: [Value] = []
                    for path in paths { keys.append(folded(try path.value(of: element, evaluator), isSensitive)) }
                    return try evaluator.list(keys)
                })
        },
        "dictsort": { evaluator, value, arguments throws(TemplateError) in
            let values = try arguments.bind(["case_sensitive", "by", "reverse"], of: "dictsort", evaluator)
            let isSensitive = values[0]?.isTrue ?? false
            let by = values[1] == nil ? "key" : try evaluator.expectString(values[1], "`by`")
            guard by == "key" || by == "value" else { throw evaluator.fail("`by` must be `key` or `value`") }
            guard case .dictionary(let dictionary) = value else {
                throw evaluator.fail("`dictsort` needs a dictionary, found \(value.kind)")
            }
            let pairs = DictionaryView(part: .items, dictionary: dictionary).elements
            return try evaluator.list(
                try keyed(pairs, evaluator, reversed: values[2]?.isTrue ?? false) { pair throws(TemplateError) in
                    folded(try evaluator.item(.int(by == "key" ? 0 : 1), of: pair), isSensitive)
                })
        },
        "unique": { evaluator, value, arguments throws(TemplateError) in
            let values = try arguments.bind(["case_sensitive", "attribute"], of: "unique", evaluator)
            let isSensitive = values[0]?.isTrue ?? false
            let path = try AttributePath(values[1], evaluator)
            return try deferred(value, evaluator) { evaluator throws(TemplateError) in
                let iterator = try evaluator.iterate(value)
                var seen: Set<DictionaryKey> = []
                return ValueIterator(over: iterator.depth) { evaluator throws(TemplateError) in
                    while let element = try iterator.next(evaluator) {
                        try evaluator.charge(elements: 1)
                        let key = folded(try path.value(of: element, evaluator), isSensitive)
                        guard let key = DictionaryKey(key) else {
                            throw evaluator.fail("\(key.kind) can't be compared by `unique`")
                        }
                        if seen.insert(key).inserted { return element }
                    }
                    return nil
                }
            }
        },
        "batch": { evaluator, value, arguments throws(TemplateError) in
            let values = try arguments.bind(["linecount", "fill_with"], required: 1, of: "batch", evaluator)
            let size = try evaluator.integer(values[0], default: 1, "`linecount`")
            return try deferred(value, evaluator) { evaluator throws(TemplateError) in
                try batches(try evaluator.collect(value), of: size, fill: values[1], evaluator)
            }
        },
        "slice": { evaluator, value, arguments throws(TemplateError) in
            let values = try arguments.bind(["slices", "fill_with"], required: 1, of: "slice", evaluator)
            let count = try evaluator.integer(values[0], default: 1, "`slices`")
            return try deferred(value, evaluator) { evaluator throws(TemplateError) in
                try slices(try evaluator.collect(value), count: count, fill: values[1], evaluator)
            }
        },
    ]

    private static func batches(
        _ values: [Value], of size: Int, fill: Value?, _ evaluator: Evaluator
    ) throws(TemplateError) -> ValueIterator {
        var batches: [Value] = []
        var batch: [Value] = []
        for value in values {
            if batch.count == size {
                batches.append(try evaluator.list(batch))
                batch = []
            }
            batch.append(value)
        }
        if !batch.isEmpty {
            if let fill = given(fill), batch.count < size {
                try evaluator.charge(elements: size)
                batch += Array(repeating: fill, count: size - batch.count)
            }
            batches.append(try evaluator.list(batch))
        }
        return ValueIterator(batches, depth: try evaluator.elements(batches).depth)
    }

    private static func slices(
        _ values: [Value], count: Int, fill: Value?, _ evaluator: Evaluator
    ) throws(TemplateError) -> ValueIterator {
        guard count != 0 else { throw evaluator.fail("`slices` can't be zero") }
        try evaluator.charge(elements: max(count, 0))
        var slices: [Value] = []
        var start = 0
        for index in 0..<max(count, 0) {
            let isLonger = index < values.count % count
            let end = start + values.count / count + (isLonger ? 1 : 0)
            var slice = Array(values[start..<end])
            if let fill = given(fill), !isLonger { slice.append(fill) }
            slices.append(try evaluator.list(slice))
            start = end
        }
        return ValueIterator(slices, depth: try evaluator.elements(slices).depth)
    }

    /// An argument that counts as absent when it is none.
    private static func given(_ value: Value?) -> Value? {
        if case .none? = value { return nil }
        return value
    }

    private static let counted: Filter = { evaluator, value, arguments throws(TemplateError) in
        try arguments.expectNone(of: "length", evaluator)
        return .int(try evaluator.count(of: value))
    }

    /// A key in small letters, unless case matters.
    static func folded(_ key: Value, _ isSensitive: Bool) -> Value {
        guard !isSensitive, case .string(let text) = key else { return key }
        return .string(text.lowercased())
    }

    /// Values in the order of their keys; equal ones keep their order, reversed or not.
    static func keyed(
        _ values: [Value], _ evaluator: Evaluator, reversed: Bool = false,
        _ key: (Value) throws(TemplateError) -> Value
    ) throws(TemplateError) -> [Value] {
        var pairs: [(key: Value, value: Value)] = []
        for value in reversed ? values.reversed() : values { pairs.append((try key(value), value)) }
        let sorted = try evaluator.sorted(pairs) { $0.key }.map(\.value)
        return reversed ? sorted.reversed() : sorted
    }
}

/// An attribute as filters name it: `function.name`, `0`, or nothing for the value itself.
struct AttributePath {
    private let parts: [Value]

    init(_ attribute: Value?, _ evaluator: Evaluator) throws(TemplateError) {
        switch attribute {
        case nil, .some(.none): parts = []
        case .string(let text)?:
            parts = TextSearch.split(text, by: ".").map { part in
                let isIndex = !part.isEmpty && part.unicodeScalars.allSatisfy(\.isDigit)
                return isIndex ? Int(part).map { .int($0) } ?? .string(part) : .string(part)
            }
        case let attribute?: parts = [attribute]
        }
    }

    func value(of value: Value, _ evaluator: Evaluator, default: Value? = nil) throws(TemplateError) -> Value {
        var value = value
        for part in parts {
            value = try evaluator.item(part, of: value)
            if value.isUndefined, let replacement = `default` {
                if case .none = replacement {} else { value = replacement }
            }
        }
        return value
    }
}
