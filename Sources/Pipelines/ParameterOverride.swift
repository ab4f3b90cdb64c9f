package import Diagnostics

/// A parameter's value from outside the pipeline's file: `--set r=16`, or a variable of the environment.
package struct ParameterOverride: Sendable, Hashable {
    package let name: String
    /// The value as YAML.
    package let valueText: String
    /// What the person typed, for messages. It ends with `name=value`.
    package let origin: String
    /// What messages show as the path of the text.
    let path: String

    /// What messages show as the path of an option's text.
    static let commandLine = "command line"
    /// What messages show as the path of a variable.
    static let environment = "environment"

    package init(name: String, valueText: String, origin: String) {
        self.init(name: name, valueText: valueText, origin: origin, path: Self.commandLine)
    }

    private init(name: String, valueText: String, origin: String, path: String) {
        self.name = name
        self.valueText = valueText
        self.origin = origin
        self.path = path
    }

    /// The value of a variable of the environment.
    init(variable: String, value: String) {
        self.init(name: variable, valueText: value, origin: "\(variable)=\(value)", path: Self.environment)
    }

    /// An override from `name=value`; nil where there is no `=`.
    ///
    /// - Parameter option: the option that the assignment was given to.
    package init?(assignment: String, option: String = "--set") {
        guard let equals = assignment.firstIndex(of: "=") else { return nil }
        self.init(
            name: String(assignment[..<equals]), valueText: String(assignment[assignment.index(after: equals)...]),
            origin: "\(option) \(assignment)")
    }

    /// Where a value from outside comes from, as a reason names it; nil for a place in a file.
    static func description(of location: SourceLocation) -> String? {
        switch location.path {
        case commandLine: location.source?.contents
        case environment: location.source.map { "environment \($0.contents)" }
        default: nil
        }
    }
}

/// Values of parameters from outside the pipeline's file: files, later ones over earlier ones, options over files, and
/// the environment for the parameters that are declared to come from it.
package struct ParameterSources: Sendable {
    /// Files with a mapping of names to values.
    package var files: [SourceText]
    package var overrides: [ParameterOverride]
    /// The variables that a parameter may be declared to come from. No other one is looked at.
    package var environment: [String: String]

    package init(
        files: [SourceText] = [], overrides: [ParameterOverride] = [], environment: [String: String] = [:]
    ) {
        self.files = files
        self.overrides = overrides
        self.environment = environment
    }
}
