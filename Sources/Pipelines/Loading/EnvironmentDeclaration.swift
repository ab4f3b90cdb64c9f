import Diagnostics
import YAMLDocument

/// A parameter that is declared to come from the environment: `{env: RANK, default: 8}`.
enum EnvironmentDeclaration {
    static let keys = ["env", "default"]

    /// Whether a value under `params` is meant to be such a declaration.
    static func isMeant(by node: YAMLNode) -> Bool {
        guard let mapping = node.mapping else { return false }
        return mapping.keys.contains { keys.contains($0) || NearestName.find($0, among: keys) != nil }
    }

    /// What holds where the variable isn't set.
    static func fallback(of node: YAMLNode) -> YAMLNode? {
        isMeant(by: node) ? node.mapping?["default"] : nil
    }

    /// A letter or `_`, then letters, digits and `_`.
    static func isVariable(_ name: String) -> Bool { PipelineName.isParameter(name) && !name.contains("-") }
}

extension ParameterExpander {
    /// The value that the pipeline declares for a parameter, with the environment's in its place where it says so; nil
    /// where there is none, which is reported.
    ///
    /// - Parameter isGiven: the parameter has a value from elsewhere, so that the environment isn't looked at.
    mutating func declaredValue(
        of entry: YAMLMapping.Entry, isGiven: Bool, environment: [String: String]
    ) -> YAMLNode? {
        guard let mapping = entry.value.mapping, EnvironmentDeclaration.isMeant(by: entry.value) else {
            return entry.value
        }
        let name = entry.key.text
        let known = EnvironmentDeclaration.keys
        for key in mapping.entries.map(\.key) where !known.contains(key.text) {
            diagnostics.error(
                "unknown key `\(key.text)` in the parameter `\(name)`", at: key.location,
                help: Diagnostic.help(forUnknown: key.text, among: known, as: "key"))
        }
        guard let variable = mapping["env"] else {
            if mapping.keys.allSatisfy(known.contains) {
                diagnostics.error(
                    "the key `env` is missing in the parameter `\(name)`", at: entry.key.location,
                    help: "write `{env: VARIABLE, default: …}`, or the value alone")
            }
            return nil
        }
        guard let text = variable.asString, EnvironmentDeclaration.isVariable(text) else {
            diagnostics.error(
                "expected the name of a variable of the environment for `env`, found \(variable.describe)",
                at: variable.location, help: "a name is a letter or `_`, then letters, digits and `_`")
            return nil
        }
        guard !isGiven else { return mapping["default"] }
        // An empty variable is how shells take a value away for one command.
        if let value = environment[text], !value.allSatisfy(\.isWhitespace) {
            let (node, findings) = ParameterOverride(variable: text, value: value).parse()
            diagnostics.append(contentsOf: findings)
            return findings.isEmpty ? node : nil
        }
        if let fallback = mapping["default"] { return fallback }
        diagnostics.error(
            "the parameter `\(name)` has no value: the variable `\(text)` is not set", at: variable.location,
            help: "set \(text), give --set \(name)=VALUE, or write a `default` beside `env`")
        return nil
    }
}
