/// A dictionary that keeps the order in which its keys were written, as Python's.
final class ValueDictionary {
    struct Entry {
        let key: Value
        var value: Value

        var pair: Value {
            .tuple(Elements(array: [key, value], depth: max(key.depth, value.depth) + 1))
        }
    }

    let entries: [Entry]
    let depth: Int
    private let indices: [DictionaryKey: Int]

    /// A later value of a key takes the place of an earlier one.
    init(_ items: [(key: DictionaryKey, entry: Entry)]) {
        var entries: [Entry] = []
        var indices: [DictionaryKey: Int] = [:]
        entries.reserveCapacity(items.count)
        indices.reserveCapacity(items.count)
        for (key, entry) in items {
            if let index = indices[key] {
                entries[index].value = entry.value
            } else {
                indices[key] = entries.count
                entries.append(entry)
            }
        }
        self.entries = entries
        self.indices = indices
        depth = 1 + (entries.lazy.map { max($0.key.depth, $0.value.depth) }.max() ?? 0)
    }

    convenience init(members: [(String, Value)]) {
        self.init(members.map { (DictionaryKey($0), Entry(key: .string($0), value: $1)) })
    }

    subscript(key: DictionaryKey) -> Value? {
        indices[key].map { entries[$0].value }
    }
}

/// What a dictionary is looked up by: a value that has no parts that could change.
enum DictionaryKey: Hashable {
    case none
    /// `1`, `1.0` and `true` are one key.
    case int(Int)
    case float(Double)
    /// UTF-8: strings that differ only in Unicode normalization are different keys.
    case string([UInt8])
    case tuple([DictionaryKey])

    init(_ string: String) {
        self = .string(Array(string.utf8))
    }

    /// Nil where the value can't be a key.
    init?(_ value: Value) {
        switch value {
        case .none: self = .none
        case .bool(let value): self = .int(value ? 1 : 0)
        case .int(let value): self = .int(value)
        case .float(let value): self = Int(exactly: value).map { .int($0) } ?? .float(value)
        case .string(let value): self.init(value)
        case .tuple(let elements):
            var keys: [DictionaryKey] = []
            for element in elements.array {
                guard let key = DictionaryKey(element) else { return nil }
                keys.append(key)
            }
            self = .tuple(keys)
        default: return nil
        }
    }
}
