/// Attributes, subscripts and slices, which look in two places as Jinja does: `a.b` first for a method or attribute of
/// that name and then for an item, `a['b']` the other way round.
extension Evaluator {
    func attribute(_ name: String, of value: Value) throws(TemplateError) -> Value {
        if case .undefined(let absence) = value { throw fail(absence.message) }
        if let attribute = try ownAttribute(name, of: value) { return attribute }
        if case .dictionary(let dictionary) = value, let item = dictionary[DictionaryKey(name)] { return item }
        return .undefined(.attribute(name, of: value.kind))
    }

    func item(_ index: Value, of value: Value) throws(TemplateError) -> Value {
        if case .undefined(let absence) = value { throw fail(absence.message) }
        if let item = try ownItem(index, of: value) { return item }
        guard case .string(let name) = index else {
            return .undefined(.attribute(index.integer.map(String.init) ?? index.kind, of: value.kind))
        }
        return try ownAttribute(name, of: value) ?? .undefined(.attribute(name, of: value.kind))
    }

    private func ownAttribute(_ name: String, of value: Value) throws(TemplateError) -> Value? {
        switch value {
        case .string: return TextMethods.names.contains(name) ? .function(.method(of: value, name)) : nil
        case .dictionary, .list, .tuple, .range:
            if CollectionMethods.changes(name, value) {
                return .undefined(
                    .reason("`\(name)` would change \(value.kind); in a chat template values never change"))
            }
            return CollectionMethods.names(of: value).contains(name) ? .function(.method(of: value, name)) : nil
        case .namespace(let namespace):
            try step(1 + namespace.attributes.count)
            return namespace[name]
        case .loop(let loop): return try loop.attribute(name, self)
        case .function(let function): return Globals.attribute(name, of: function)
        default: return nil
        }
    }

    private func ownItem(_ index: Value, of value: Value) throws(TemplateError) -> Value? {
        if case .dictionary(let dictionary) = value {
            return DictionaryKey(index).flatMap { dictionary[$0] }
        }
        guard let position = index.integer else { return nil }
        switch value {
        case .list(let elements), .tuple(let elements):
            return wrapped(position, elements.array.count).map { elements.array[$0] }
        case .range(let range): return wrapped(position, range.count).map { .int(range[$0]) }
        case .string(let text):
            try step(1 + text.utf8.count / 64)
            let scalars = text.unicodeScalars
            return wrapped(position, scalars.count).map {
                .string(String(scalars[scalars.index(scalars.startIndex, offsetBy: $0)]))
            }
        default: return nil
        }
    }

    /// An index from the end where it is negative; nil where it is outside.
    private func wrapped(_ index: Int, _ count: Int) -> Int? {
        let index = index < 0 ? index + count : index
        return (0..<count).contains(index) ? index : nil
    }

    // MARK: Slices

    func slice(
        _ owner: Expression, _ start: Expression?, _ stop: Expression?, _ step: Expression?, at offset: Int
    ) throws(TemplateError) -> Value {
        let value = try evaluate(owner)
        var bounds: [Int?] = []
        for expression in [start, stop, step] {
            guard let expression else {
                bounds.append(nil)
                continue
            }
            let bound = try evaluate(expression)
            if case .none = bound {
                bounds.append(nil)
            } else if let integer = bound.integer {
                bounds.append(integer)
            } else {
                self.offset = offset
                throw fail("a slice's ends are integers, found \(bound.kind)")
            }
        }
        self.offset = offset
        return try slice(value, bounds[0], bounds[1], bounds[2] ?? 1)
    }

    private func slice(_ value: Value, _ start: Int?, _ stop: Int?, _ step: Int) throws(TemplateError) -> Value {
        if case .undefined(let absence) = value { throw fail(absence.message) }
        guard step != 0 else { throw fail("a slice's step can't be zero") }
        switch value {
        case .string(let text):
            try charge(bytes: 4 * text.utf8.count)
            let scalars = Array(text.unicodeScalars)
            return .string(String(scalars: Self.indices(scalars.count, start, stop, step).map { scalars[$0] }))
        case .list(let all):
            return try list(Self.indices(all.array.count, start, stop, step).map { all.array[$0] })
        case .tuple(let all):
            return .tuple(try elements(Self.indices(all.array.count, start, stop, step).map { all.array[$0] }))
        case .range(let range):
            let indices = Self.indices(range.count, start, stop, step)
            try charge(elements: indices.count)
            return try list(indices.map { .int(range[$0]) })
        default: throw fail("\(value.kind) can't be sliced")
        }
    }

    /// As Python's `slice.indices`.
    static func indices(_ count: Int, _ start: Int?, _ stop: Int?, _ step: Int) -> [Int] {
        func clamped(_ bound: Int, _ range: ClosedRange<Int>) -> Int {
            let bound = bound < 0 ? max(bound, -count - 1) + count : bound
            return min(max(bound, range.lowerBound), range.upperBound)
        }
        guard count > 0 else { return [] }
        let limited = min(max(step, -count), count)
        if limited > 0 {
            let first = start.map { clamped($0, 0...count) } ?? 0
            let end = stop.map { clamped($0, 0...count) } ?? count
            return Array(Swift.stride(from: first, to: end, by: limited))
        }
        let first = start.map { clamped($0, -1...count - 1) } ?? count - 1
        let end = stop.map { clamped($0, -1...count - 1) } ?? -1
        return Array(Swift.stride(from: first, to: end, by: limited))
    }
}
