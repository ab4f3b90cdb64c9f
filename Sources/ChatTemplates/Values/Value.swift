/// A value while a template is rendered. All but namespaces, iterators and loops never change.
enum Value {
    case undefined(Absence)
    case none
    case bool(Bool)
    case int(Int)
    case float(Double)
    case string(String)
    case list(Elements)
    case tuple(Elements)
    case dictionary(ValueDictionary)
    /// What `items()`, `keys()` and `values()` of a dictionary give.
    case view(DictionaryView)
    case range(RangeValue)
    case iterator(ValueIterator)
    case namespace(Namespace)
    case loop(LoopContext)
    case function(Function)

    /// How many lists, dictionaries and the like are within one another.
    var depth: Int {
        switch self {
        case .list(let elements), .tuple(let elements): elements.depth
        case .dictionary(let dictionary): dictionary.depth
        case .view(let view): view.dictionary.depth + 1
        case .iterator(let iterator): iterator.depth
        case .loop(let loop): loop.items.depth + 1
        case .function(let function): function.depth
        default: 0
        }
    }

    /// As Python's `bool`.
    var isTrue: Bool {
        switch self {
        case .undefined, .none: false
        case .bool(let value): value
        case .int(let value): value != 0
        case .float(let value): value != 0
        case .string(let value): !value.isEmpty
        case .list(let elements), .tuple(let elements): !elements.array.isEmpty
        case .dictionary(let dictionary): !dictionary.entries.isEmpty
        case .view(let view): !view.dictionary.entries.isEmpty
        case .range(let range): range.count > 0
        case .iterator, .namespace, .loop, .function: true
        }
    }

    /// What kind of value this is, for messages.
    var kind: String {
        switch self {
        case .undefined: "an undefined value"
        case .none: "none"
        case .bool: "a boolean"
        case .int: "an integer"
        case .float: "a float"
        case .string: "a string"
        case .list: "a list"
        case .tuple: "a tuple"
        case .dictionary: "a dictionary"
        case .view: "a dictionary's view"
        case .range: "a range"
        case .iterator: "an iterator"
        case .namespace: "a namespace"
        case .loop: "a loop"
        case .function: "a function"
        }
    }

    var isString: Bool {
        if case .string = self { true } else { false }
    }

    var isUndefined: Bool {
        if case .undefined = self { true } else { false }
    }

    /// The number of an integer or a boolean.
    var integer: Int? {
        switch self {
        case .int(let value): value
        case .bool(let value): value ? 1 : 0
        default: nil
        }
    }

    var number: Double? {
        if case .float(let value) = self { value } else { integer.map(Double.init) }
    }
}

/// Why a value is undefined. It is an error only when something is done with it.
enum Absence {
    case name(String)
    case attribute(String, of: String)
    case reason(String)

    var message: String {
        switch self {
        case .name(let name): "`\(name)` is undefined"
        case .attribute(let name, let owner): "\(owner) has no `\(name)`"
        case .reason(let reason): reason
        }
    }
}

/// The elements of a list or tuple.
struct Elements {
    let array: [Value]
    let depth: Int
}

/// The numbers from `start` to before `stop`.
struct RangeValue {
    let start: Int
    let stop: Int
    let step: Int
    let count: Int

    /// Nil where there are more numbers than can be counted.
    init?(start: Int, stop: Int, step: Int) {
        let (distance, overflow) =
            step > 0 ? stop.subtractingReportingOverflow(start) : start.subtractingReportingOverflow(stop)
        guard !overflow, step != 0, step != .min else { return nil }
        self.start = start
        self.stop = stop
        self.step = step
        count = distance <= 0 ? 0 : (distance - 1) / abs(step) + 1
    }

    subscript(index: Int) -> Int { start + index * step }

    var numbers: [Value] { (0..<count).map { .int(self[$0]) } }
}

/// A dictionary's keys, values or both.
struct DictionaryView {
    enum Part: String { case keys, values, items }

    let part: Part
    let dictionary: ValueDictionary

    var elements: [Value] {
        dictionary.entries.map { entry in
            switch part {
            case .keys: entry.key
            case .values: entry.value
            case .items: entry.pair
            }
        }
    }
}
