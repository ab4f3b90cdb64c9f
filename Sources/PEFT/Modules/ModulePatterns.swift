import JSONValues
import Models
import RegularExpressions

/// A value for some modules, by a regular expression on the end of their names: `rank_pattern` and `alpha_pattern`.
///
/// Where several match, the first in the order of the alphabet decides: PEFT writes them in this order.
package struct ModulePatterns<Value: Sendable & Hashable>: Sendable, Hashable, ExpressibleByDictionaryLiteral {
    package var values: [String: Value]

    package init(_ values: [String: Value] = [:]) {
        self.values = values
    }

    package init(dictionaryLiteral elements: (String, Value)...) {
        values = Dictionary(elements) { first, _ in first }
    }

    /// - Parameter key: the key in the configuration, for messages.
    func value(for name: String, key: String) throws -> Value? {
        for (pattern, value) in values.sorted(by: { $0.key < $1.key }) {
            if try TargetModules.expression("(.*\\.)?(\(pattern))", key: key).matchesWhole(name) { return value }
        }
        return nil
    }
}

extension ConfigurationReader {
    /// Numbers by patterns; what is no number is reported.
    mutating func patterns<Value>(_ key: String, _ number: (JSONValue) -> Value?) -> ModulePatterns<Value> {
        guard let value = any(key) else { return ModulePatterns() }
        let numbers = value.objectValue?.compactMapValues(number)
        guard let numbers, numbers.count == value.objectValue?.count else {
            report("`\(key)`: expected positive numbers by patterns")
            return ModulePatterns()
        }
        return ModulePatterns(numbers)
    }

    /// Names as a list, or one name alone; nil where there are none.
    mutating func names(_ key: String) -> [String]? {
        guard let value = any(key) else { return nil }
        if let name = value.stringValue { return [name] }
        let names = value.arrayValue?.compactMap(\.stringValue)
        if names == nil || names?.count != value.arrayValue?.count { report("`\(key)`: expected a list of names") }
        return names
    }

    /// Modules in PEFT's spelling; nil where there are none.
    mutating func modules(_ key: String) -> TargetModules? {
        guard let value = any(key), value != [], value != "" else { return nil }
        if let modules = TargetModules(value) { return modules }
        report("`\(key)`: expected a list of names or a regular expression")
        return nil
    }

    /// `target_modules`, which must be there.
    mutating func requiredTargets() -> TargetModules {
        if let targets = modules("target_modules") { return targets }
        report("`target_modules`: expected a list of names or a regular expression")
        return .allLinear
    }

    /// `layers_to_transform`: numbers of layers, or one alone.
    mutating func layerNumbers() -> [Int]? {
        guard let layers = any("layers_to_transform") else { return nil }
        let numbers = layers.intValue.map { [$0] } ?? layers.arrayValue?.compactMap(\.intValue)
        if numbers == nil { report("`layers_to_transform`: expected whole numbers") }
        return numbers
    }
}
