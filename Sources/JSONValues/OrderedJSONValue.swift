package import Foundation

/// A JSON document whose objects remember the order of their keys, for readers that mind it: a chat template writes the
/// description of a tool as it was given.
///
/// ```swift
/// let tool = try OrderedJSONValue(parsing: #"{"name": "search", "arguments": {}}"#)
/// tool["name"]        // .string("search")
/// ```
package enum OrderedJSONValue: Sendable {
    case null
    case bool(Bool)
    case int(Int)
    case double(Double)
    case string(String)
    case array([OrderedJSONValue])
    case object(Members)

    /// The members of an object, in order; no key is there twice.
    package struct Members: Sendable, JSONMembers {
        package private(set) var entries: [(key: String, value: OrderedJSONValue)] = []
        private var indices: [String: Int] = [:]

        package init() {}

        /// The value at a key, nil where there is none. A new key goes behind all others.
        package subscript(key: String) -> OrderedJSONValue? {
            get { indices[key].map { entries[$0].value } }
            set {
                guard let newValue else {
                    self = Members(entries.filter { $0.key != key })
                    return
                }
                if let index = indices[key] {
                    entries[index].value = newValue
                } else {
                    indices[key] = entries.count
                    entries.append((key, newValue))
                }
            }
        }

        /// Of several values with one key the last counts, in the place of the first.
        package init(_ entries: some Sequence<(key: String, value: OrderedJSONValue)>) {
            for (key, value) in entries { self[key] = value }
        }

        mutating func insert(_ value: OrderedJSONValue, forKey key: String) -> Bool {
            guard indices[key] == nil else { return false }
            self[key] = value
            return true
        }
    }
}

extension OrderedJSONValue: JSONReadable {
    /// Reads one JSON document, with the same errors as ``JSONValue/init(parsing:)-([UInt8])``.
    package init(parsing bytes: [UInt8]) throws(JSONParsingError) {
        var parser = JSONParser<OrderedJSONValue>(bytes: bytes)
        self = try parser.document()
    }

    /// Reads one JSON document. See ``init(parsing:)-([UInt8])``.
    package init(parsing data: Data) throws(JSONParsingError) {
        try self.init(parsing: [UInt8](data))
    }

    /// Reads one JSON document. See ``init(parsing:)-([UInt8])``.
    package init(parsing text: some StringProtocol) throws(JSONParsingError) {
        try self.init(parsing: [UInt8](text.utf8))
    }

    /// The same document with the keys of each object sorted, as the order is not known.
    package init(_ value: JSONValue) {
        switch value {
        case .null: self = .null
        case .bool(let value): self = .bool(value)
        case .int(let value): self = .int(value)
        case .double(let value): self = .double(value)
        case .string(let value): self = .string(value)
        case .array(let elements): self = .array(elements.map { OrderedJSONValue($0) })
        case .object(let members):
            let sorted = members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            self = .object(Members(sorted.map { ($0.key, OrderedJSONValue($0.value)) }))
        }
    }

    /// The value at a key of an object; null where the key is absent or this is no object.
    package subscript(key: String) -> OrderedJSONValue {
        guard case .object(let members) = self else { return .null }
        return members[key] ?? .null
    }

    package var isNull: Bool {
        if case .null = self { true } else { false }
    }

    package var boolValue: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// The number, if it was written as a whole one that fits 64 bits.
    package var intValue: Int? {
        if case .int(let value) = self { value } else { nil }
    }

    package var stringValue: String? {
        if case .string(let value) = self { value } else { nil }
    }

    package var arrayValue: [OrderedJSONValue]? {
        if case .array(let value) = self { value } else { nil }
    }

    package var objectValue: Members? {
        if case .object(let value) = self { value } else { nil }
    }
}

extension OrderedJSONValue: ExpressibleByStringInterpolation {
    package init(stringLiteral value: String) { self = .string(value) }
}
