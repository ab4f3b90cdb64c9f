import JSONValues

/// Damage to what a file means.
protocol StructuralMutation {
    func mutated(_ bytes: [UInt8], _ random: inout SplitMix64) -> [UInt8]
}

/// Nothing but damage to the bytes.
struct NoStructure: StructuralMutation {
    func mutated(_ bytes: [UInt8], _ random: inout SplitMix64) -> [UInt8] { bytes }
}

/// Takes out, doubles and exchanges parts of a JSON document, and puts what is huge, deep or of another kind in.
struct JSONMutation: StructuralMutation {
    func mutated(_ bytes: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
        guard let value = try? OrderedJSONValue(parsing: bytes) else { return bytes }
        var tree = JSONTree(value)
        for _ in 0...Int.random(in: 0..<Int.random(in: 1...3, using: &random), using: &random) {
            damage(&tree, &random)
        }
        var text: [UInt8] = []
        tree.write(to: &text)
        return text
    }

    /// Goes down to some part and damages it.
    private func damage(_ tree: inout JSONTree, _ random: inout SplitMix64) {
        switch tree {
        case .array(var elements) where !elements.isEmpty && Int.random(in: 0..<5, using: &random) > 0:
            let index = Int.random(in: 0..<elements.count, using: &random)
            switch Int.random(in: 0..<8, using: &random) {
            case 0: elements.remove(at: index)
            case 1: elements.append(elements[index])
            case 2: elements.swapAt(index, Int.random(in: 0..<elements.count, using: &random))
            case 3:
                let copies = repeatElement(elements[index], count: Int.random(in: 1...300, using: &random))
                elements.insert(contentsOf: copies, at: index)
            default: damage(&elements[index], &random)
            }
            tree = .array(elements)
        case .object(var members) where !members.isEmpty && Int.random(in: 0..<8, using: &random) > 0:
            let index = Int.random(in: 0..<members.count, using: &random)
            let other = Int.random(in: 0..<members.count, using: &random)
            switch Int.random(in: 0..<12, using: &random) {
            case 0: members.remove(at: index)
            case 1: members.append(members[index])
            case 2: members[index].key = members[other].key
            case 3: members[index].key += Bool.random(using: &random) ? "_" : "\u{301}"
            case 4: (members[index].value, members[other].value) = (members[other].value, members[index].value)
            case 5: members.append((key: "unknown", value: scalar(&random)))
            default: damage(&members[index].value, &random)
            }
            tree = .object(members)
        default: tree = replacement(for: tree, &random)
        }
    }

    private func replacement(for tree: JSONTree, _ random: inout SplitMix64) -> JSONTree {
        switch Int.random(in: 0..<8, using: &random) {
        case 0: return .array([tree])
        case 1: return .object([(key: "a", value: tree)])
        case 2:
            let depth = Int.random(in: 0..<8, using: &random) == 0 ? 600 : Int.random(in: 1..<40, using: &random)
            return .raw(String(repeating: "[", count: depth) + String(repeating: "]", count: depth))
        case 3: return .string(String(repeating: "é", count: Int.random(in: 0..<3000, using: &random)))
        default: return scalar(&random)
        }
    }

    private static let scalars = [
        "null", "true", "false", "0", "-0", "1", "-1", "2", "3", "0.5", "1.5", "1e-7", "1e308", "1e999", "255", "256",
        "65536", "16777215", "16777216",
        "2147483647", "2147483648", "4294967296", "9007199254740993", "9223372036854775807", "-9223372036854775808",
        "9223372036854775808", "18446744073709551616", "123456789012345678901234567890", "1e18", "1e19", "\"\"",
        "\"a\"",
        "\"\\u0000\"", "\"..\"", "\"/\"", "\"é\"", "\"e\\u0301\"", "\"[\"", "\"(a*)*b\"", "[]", "{}", "[1,2]",
        "{\"a\":1}",
    ]

    private func scalar(_ random: inout SplitMix64) -> JSONTree {
        .raw(Self.scalars.randomElement(using: &random) ?? "null")
    }
}

/// JSON that need not be right: keys may be doubled, and any text may stand for a value.
indirect enum JSONTree {
    case raw(String)
    case string(String)
    case array([JSONTree])
    case object([(key: String, value: JSONTree)])

    init(_ value: OrderedJSONValue) {
        switch value {
        case .null: self = .raw("null")
        case .bool(let value): self = .raw(value ? "true" : "false")
        case .int(let value): self = .raw(String(value))
        case .double(let value): self = .raw(value.description)
        case .string(let value): self = .string(value)
        case .array(let elements): self = .array(elements.map { JSONTree($0) })
        case .object(let members): self = .object(members.entries.map { ($0.key, JSONTree($0.value)) })
        }
    }

    func write(to text: inout [UInt8]) {
        switch self {
        case .raw(let raw): text += raw.utf8
        case .string(let string): Self.write(string, to: &text)
        case .array(let elements):
            text += "[".utf8
            for (index, element) in elements.enumerated() {
                if index > 0 { text += ",".utf8 }
                element.write(to: &text)
            }
            text += "]".utf8
        case .object(let members):
            text += "{".utf8
            for (index, member) in members.enumerated() {
                if index > 0 { text += ",".utf8 }
                Self.write(member.key, to: &text)
                text += ":".utf8
                member.value.write(to: &text)
            }
            text += "}".utf8
        }
    }

    private static func write(_ string: String, to text: inout [UInt8]) {
        let canonical = (try? JSONValue.string(string).canonical) ?? "\"\""
        text += canonical.utf8
    }
}
