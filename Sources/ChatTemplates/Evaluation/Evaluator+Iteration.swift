extension Evaluator {
    /// The values that a loop over `value` goes through.
    func iterate(_ value: Value) throws(TemplateError) -> ValueIterator {
        switch value {
        case .iterator(let iterator): return iterator
        case .loop(let loop):
            return ValueIterator(over: value.depth) { evaluator throws(TemplateError) in
                guard let item = try loop.advance(evaluator) else { return nil }
                return .tuple(try evaluator.elements([item, value]))
            }
        default: return ValueIterator(try collect(value), depth: value.depth)
        }
    }

    /// All values that a loop over `value` goes through.
    func collect(_ value: Value) throws(TemplateError) -> [Value] {
        switch value {
        case .list(let elements), .tuple(let elements): return elements.array
        case .undefined: return []
        case .string(let text):
            try charge(elements: text.utf8.count)
            return text.unicodeScalars.map { .string(String($0)) }
        case .dictionary(let dictionary):
            try charge(elements: dictionary.entries.count)
            return dictionary.entries.map(\.key)
        case .view(let view):
            try charge(elements: 2 * view.dictionary.entries.count)
            return view.elements
        case .range(let range):
            try charge(elements: range.count)
            return range.numbers
        case .iterator, .loop:
            let iterator = try iterate(value)
            var values: [Value] = []
            while let value = try iterator.next(self) {
                try charge(elements: 1)
                values.append(value)
            }
            return values
        case .none, .bool, .int, .float, .namespace, .function:
            throw fail("\(value.kind) can't be gone through; expected a list, dictionary or string")
        }
    }

    /// How many values a loop goes through, where that is known beforehand.
    func knownCount(of value: Value) -> Int? {
        switch value {
        case .undefined: 0
        case .list(let elements), .tuple(let elements): elements.array.count
        case .string(let text): text.unicodeScalars.count
        case .dictionary(let dictionary): dictionary.entries.count
        case .view(let view): view.dictionary.entries.count
        case .range(let range): range.count
        default: nil
        }
    }

    /// As Python's `len`.
    func count(of value: Value) throws(TemplateError) -> Int {
        if case .loop(let loop) = value { return try loop.length(self) }
        if case .string(let text) = value { try step(1 + text.utf8.count / 64) }
        guard let count = knownCount(of: value) else {
            throw fail("\(value.kind) has no length")
        }
        return count
    }
}
