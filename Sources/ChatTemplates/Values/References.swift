/// Values one after the other, each made when it is asked for, once.
final class ValueIterator {
    let depth: Int
    private let advance: (Evaluator) throws(TemplateError) -> Value?

    /// - Parameter depth: how deep the values are that it draws from.
    init(over depth: Int, _ advance: @escaping (Evaluator) throws(TemplateError) -> Value?) {
        self.depth = depth + 1
        self.advance = advance
    }

    convenience init(_ array: [Value], depth: Int) {
        var index = 0
        self.init(over: depth) { _ throws(TemplateError) in
            guard index < array.count else { return nil }
            index += 1
            return array[index - 1]
        }
    }

    /// An iterator that is made when the first value is asked for, as Python's generators do nothing before.
    static func deferred(
        over value: Value, _ make: @escaping (Evaluator) throws(TemplateError) -> ValueIterator
    ) -> ValueIterator {
        var iterator: ValueIterator?
        return ValueIterator(over: value.depth + 1) { evaluator throws(TemplateError) in
            let made: ValueIterator
            if let iterator { made = iterator } else { made = try make(evaluator) }
            iterator = made
            return try made.next(evaluator)
        }
    }

    func next(_ evaluator: Evaluator) throws(TemplateError) -> Value? {
        try evaluator.nested { () throws(TemplateError) in try advance(evaluator) }
    }
}

/// Names with values, the one thing that a template can change from within a loop.
final class Namespace {
    var attributes: [(name: String, value: Value)] = []

    subscript(name: String) -> Value? {
        attributes.first { $0.name.hasSameScalars(as: name) }?.value
    }

    func set(_ name: String, to value: Value) {
        if let index = attributes.firstIndex(where: { $0.name.hasSameScalars(as: name) }) {
            attributes[index].value = value
        } else {
            attributes.append((name, value))
        }
    }
}

/// The names of one part of a template: the whole, a loop's round, a macro's call.
final class Scope {
    let parent: Scope?
    var values: [String: Value] = [:]

    init(in parent: Scope?) {
        self.parent = parent
    }

    func lookUp(_ name: String) -> Value? {
        var scope: Scope? = self
        while let current = scope {
            if let value = current.values[name] { return value }
            scope = current.parent
        }
        return nil
    }
}

/// Something that can be called.
enum Function {
    /// A macro, and the scope that it was defined in.
    case macro(MacroDefinition, Scope)
    /// `range`, `namespace`, `raise_exception` …
    case global(Globals)
    /// A method of a value, as `text.upper`.
    indirect case method(of: Value, String)
    case loopMethod(LoopContext, String)
    case cycler(Cycler, String)
    case joiner(Joiner)

    var depth: Int {
        switch self {
        case .method(let value, _): value.depth + 1
        case .loopMethod(let loop, _): loop.items.depth + 2
        case .cycler(let cycler, _): cycler.depth + 1
        default: 1
        }
    }
}

/// Gives its values in turn.
final class Cycler {
    let values: [Value]
    let depth: Int
    var index = 0

    init(_ values: [Value]) {
        self.values = values
        depth = 1 + (values.map(\.depth).max() ?? 0)
    }
}

/// Gives nothing the first time, then its separator.
final class Joiner {
    let separator: String
    var isUsed = false

    init(_ separator: String) {
        self.separator = separator
    }
}
