package import JSONValues

/// Checked parameters with every default filled in, read by their declarations.
package struct ParameterValues: Sendable, Hashable {
    package let json: JSONValue

    package init(_ json: JSONValue) { self.json = json }

    /// The value of a parameter.
    ///
    /// - Throws: ``StageFailure`` where the value is not of the declared type, which says that the values were
    ///   checked against another declaration: runner and worker are of different versions.
    package subscript<Value>(parameter: Parameter<Value>) -> Value {
        get throws {
            let name = parameter.declaration.name
            guard let value = parameter.read(json[name]) else {
                throw StageFailure(
                    "the task's parameter `\(name)` is not \(parameter.declaration.type)",
                    help: "build peft-pipeline and peft-worker from the same source")
            }
            return value
        }
    }
}
