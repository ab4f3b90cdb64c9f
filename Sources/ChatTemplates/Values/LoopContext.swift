/// What `loop` tells within a `for`. It looks ahead only when it is asked what comes next.
final class LoopContext {
    let items: ValueIterator
    private(set) var index = -1
    private(set) var current: Value?
    private(set) var previous: Value?
    private var following: Value?
    /// All that is left, once the length was asked for.
    private var rest: ArraySlice<Value>?
    private var count: Int?
    private var lastChanged: [Value]?

    /// - Parameter count: how many values there are, where that is known.
    init(_ items: ValueIterator, count: Int?) {
        self.items = items
        self.count = count
    }

    private func draw(_ evaluator: Evaluator) throws(TemplateError) -> Value? {
        if rest != nil { return rest?.popFirst() }
        return try items.next(evaluator)
    }

    func advance(_ evaluator: Evaluator) throws(TemplateError) -> Value? {
        let value: Value?
        if let following {
            value = following
            self.following = nil
        } else {
            value = try draw(evaluator)
        }
        guard let value else { return nil }
        index += 1
        previous = current
        current = value
        return value
    }

    func peek(_ evaluator: Evaluator) throws(TemplateError) -> Value? {
        if following == nil { following = try draw(evaluator) }
        return following
    }

    func length(_ evaluator: Evaluator) throws(TemplateError) -> Int {
        if let count { return count }
        var rest: [Value] = []
        while let value = try draw(evaluator) {
            rest.append(value)
            try evaluator.step()
        }
        self.rest = rest[...]
        let count = rest.count + index + 1 + (following == nil ? 0 : 1)
        self.count = count
        return count
    }

    /// Nil where a loop has no such attribute.
    func attribute(_ name: String, _ evaluator: Evaluator) throws(TemplateError) -> Value? {
        switch name {
        case "index": .int(index + 1)
        case "index0": .int(index)
        case "first": .bool(index == 0)
        case "last": .bool(try peek(evaluator) == nil)
        case "length": .int(try length(evaluator))
        case "revindex": .int(try length(evaluator) - index)
        case "revindex0": .int(try length(evaluator) - index - 1)
        case "depth": .int(1)
        case "depth0": .int(0)
        case "previtem": previous ?? .undefined(.reason("there is no previous item"))
        case "nextitem": try peek(evaluator) ?? .undefined(.reason("there is no next item"))
        case "cycle", "changed": .function(.loopMethod(self, name))
        default: nil
        }
    }

    func call(_ method: String, _ arguments: Arguments, _ evaluator: Evaluator) throws(TemplateError) -> Value {
        guard arguments.keywords.isEmpty else { throw evaluator.fail("`loop.\(method)` takes no named arguments") }
        let values = arguments.positional
        if method == "cycle" {
            guard !values.isEmpty else { throw evaluator.fail("`loop.cycle` needs something to cycle through") }
            return values[index % values.count]
        }
        if let lastChanged, try evaluator.areEqual(lastChanged, values) { return .bool(false) }
        lastChanged = values
        return .bool(true)
    }

    /// Lets go of what might hold this loop in turn.
    func clear() {
        (current, previous, following, lastChanged) = (nil, nil, nil, nil)
        rest = nil
    }
}
