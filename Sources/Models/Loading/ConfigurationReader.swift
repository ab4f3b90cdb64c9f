import Diagnostics
import Foundation
package import JSONValues

/// Reads a JSON file that configures a model or an adapter key by key and keeps account: every key is read, known to be harmless, or an error.
///
/// A key that we don't know may change the arithmetic, and a model that computes something else than its authors'
/// is worse than none.
package struct ConfigurationReader {
    /// The file, for messages.
    package let path: String
    package let json: JSONValue
    private let members: [String: JSONValue]
    private var readKeys: Set<String> = []
    private var problems: [String] = []

    /// - Parameter help: what to say if the file can't be read.
    package init(path: String, help: String) throws {
        self.path = path
        json = try Self.json(at: path, help: help)
        members = json.objectValue ?? [:]
        readKeys = ["model_type"]
    }

    /// The object in the file.
    static func json(at path: String, help: String) throws -> JSONValue {
        let json: JSONValue
        do {
            json = try JSONValue(parsing: try Data(contentsOf: URL(filePath: path)))
        } catch let error as JSONParsingError {
            throw ModelError(path: path, ["not JSON: \(error)"])
        } catch {
            throw ModelError(
                path: path, ["the file can't be read: \(error.localizedDescription)"],
                help: help)
        }
        guard json.objectValue != nil else {
            throw ModelError(path: path, ["expected an object, found \(json.kindDescription)"])
        }
        return json
    }

    // MARK: Values

    package mutating func integer(_ key: String, default: Int? = nil, in range: ClosedRange<Int>) -> Int {
        let fallback = `default` ?? range.lowerBound
        guard let value = value(key, isRequired: `default` == nil) else { return fallback }
        guard let number = value.intValue, range.contains(number) else {
            problem(key, "expected a whole number from \(range.lowerBound) to \(range.upperBound)", value)
            return fallback
        }
        return number
    }

    /// A whole number, or nil where the file says null or, without a default, nothing.
    package mutating func optionalInteger(
        _ key: String, default fallback: Int? = nil, in range: ClosedRange<Int>
    ) -> Int? {
        readKeys.insert(key)
        guard let value = members[key] else { return fallback }
        return value.isNull ? nil : integer(key, default: fallback ?? range.lowerBound, in: range)
    }

    package mutating func number(_ key: String, default: Double, in range: ClosedRange<Double>) -> Double {
        guard let value = value(key, isRequired: false) else { return `default` }
        guard let number = value.doubleValue, range.contains(number) else {
            problem(key, "expected a number from \(range.lowerBound) to \(range.upperBound)", value)
            return `default`
        }
        return number
    }

    package mutating func optionalNumber(_ key: String, in range: ClosedRange<Double>) -> Double? {
        guard let value = value(key, isRequired: false) else { return nil }
        return value.isNull ? nil : number(key, default: 0, in: range)
    }

    package mutating func choice<Choice: RawRepresentable & CaseIterable>(_ key: String, default: Choice) -> Choice
    where Choice.RawValue == String {
        guard let value = value(key, isRequired: false) else { return `default` }
        guard let choice = value.stringValue.flatMap(Choice.init(rawValue:)) else {
            problem(key, "expected one of \(Choice.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", "))", value)
            return `default`
        }
        return choice
    }

    package mutating func bool(_ key: String, default: Bool) -> Bool {
        guard let value = value(key, isRequired: false) else { return `default` }
        guard let flag = value.boolValue else {
            problem(key, "expected true or false", value)
            return `default`
        }
        return flag
    }

    package mutating func string(_ key: String) -> String? {
        guard let value = value(key, isRequired: false) else { return nil }
        if value.stringValue == nil { problem(key, "expected a string", value) }
        return value.stringValue
    }

    /// A value of any kind; nil if it is absent or null.
    package mutating func any(_ key: String) -> JSONValue? {
        value(key, isRequired: false)
    }

    /// The classes' names from `id2label`, or `LABEL_0` … for `num_labels`; nil if the file says neither.
    package mutating func labels() -> [String]? {
        readKeys.formUnion(["num_labels", "id2label", "label2id"])
        if let names = members["id2label"]?.objectValue {
            let labels = (0..<names.count).compactMap { names[String($0)]?.stringValue }
            if labels.count == names.count, Set(labels).count == labels.count, !labels.isEmpty { return labels }
            problems.append("`id2label`: expected distinct names under the keys \"0\" to \"\(names.count - 1)\"")
            return nil
        }
        return members["num_labels"]?.intValue.map { count in (0..<max(count, 0)).map { "LABEL_\($0)" } }
    }

    /// The kind of each layer, `layer_types`; nil if the file doesn't say.
    package mutating func layerTypes(known: [String]) -> [String]? {
        guard let value = any("layer_types") else { return nil }
        let types = value.arrayValue?.compactMap(\.stringValue) ?? []
        guard types.count == value.arrayValue?.count, types.allSatisfy(known.contains) else {
            problems.append("`layer_types`: expected a list of \(known.map { "`\($0)`" }.joined(separator: ", "))")
            return nil
        }
        return types
    }

    /// The id that fills up sequences, which must be one of the vocabulary; old files have -1 for none.
    package mutating func paddingID(_ vocabularySize: Int, default fallback: Int) -> Int {
        guard let value = any("pad_token_id"), value != -1 else { return min(fallback, max(vocabularySize - 1, 0)) }
        return integer("pad_token_id", default: 0, in: 0...max(vocabularySize - 1, 0))
    }

    /// The number of heads, by which the width can be divided.
    package mutating func headCount(_ key: String, default fallback: Int, width: Int, widthKey: String) -> Int {
        let count = integer(key, default: fallback, in: 1...1024)
        guard width % count == 0 else {
            problems.append("`\(widthKey)` \(width) is not a multiple of `\(key)` \(count)")
            return 1
        }
        return count
    }

    package var modelType: String { json["model_type"].stringValue ?? "" }

    package func has(_ key: String) -> Bool { members[key].map { !$0.isNull } ?? false }

    // MARK: Account

    /// Every key of the file.
    package var keys: [String] { members.keys.sorted() }

    /// Keys that don't change what is computed.
    package mutating func ignore(_ keys: Set<String>) {
        readKeys.formUnion(keys)
    }

    /// A key that is an error unless it is absent, null or one of the values that we compute with.
    package mutating func expect(_ key: String, toBe allowed: JSONValue..., because reason: String) {
        readKeys.insert(key)
        guard let value = members[key], !value.isNull, !allowed.contains(value) else { return }
        problems.append("`\(key)` is \(Self.spelling(value)): \(reason)")
    }

    package mutating func report(_ problem: String) {
        problems.append(problem)
    }

    /// - Throws: ``ModelError`` with every problem so far, and every key that nobody asked for.
    package mutating func finish(help: String) throws {
        for key in members.keys.sorted() where !readKeys.contains(key) {
            let near = NearestName.find(key, among: readKeys.sorted()).map { "; did you mean `\($0)`?" } ?? ""
            problems.append("unknown key `\(key)`\(near)")
        }
        guard !problems.isEmpty else { return }
        // A key that is read twice is wrong once.
        var seen: Set<String> = []
        throw ModelError(path: path, problems.filter { seen.insert($0).inserted }, help: help)
    }

    /// The value of a key that is there and not null.
    private mutating func value(_ key: String, isRequired: Bool) -> JSONValue? {
        readKeys.insert(key)
        if let value = members[key], !value.isNull { return value }
        if isRequired { problems.append("`\(key)` is missing") }
        return nil
    }

    private mutating func problem(_ key: String, _ expectation: String, _ found: JSONValue) {
        problems.append("`\(key)`: \(expectation), found \(Self.spelling(found))")
    }

    private static func spelling(_ value: JSONValue) -> String {
        (try? value.canonical) ?? value.kindDescription
    }
}
