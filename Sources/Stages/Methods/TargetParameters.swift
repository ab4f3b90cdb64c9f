import JSONValues
import PEFT
import StageInterface

/// Parameters by which methods name modules.
enum TargetParameters {
    private static let modules = ParameterType.oneOf([.list(of: .text, atLeast: 1), .text])

    /// `target_modules`, which must be said.
    static func targets(_ help: String) -> Parameter<JSONValue> {
        Parameter("target_modules", modules, default: .required, help: help) { $0 }
    }

    static let excluded = Parameter<JSONValue>(
        "exclude_modules", .oneOf([.list(of: .text, atLeast: 0), .text]), default: .value([]),
        help: "What is left out of target_modules, in the same spelling."
    ) { $0 }

    static let layers = Parameter<[Int]>(
        "layers_to_transform", .list(of: .integer(0...100_000), atLeast: 0), default: .value([]),
        help: "Numbers of the layers that are meant, where target_modules are endings of names; none means all."
    ) { $0.arrayValue?.compactMap(\.intValue) }

    static let modulesToSave = Parameter.texts(
        "modules_to_save", default: [],
        help: "Modules that are trained as a whole, by the ends of their names; the head is in any case.")

    static func modules(_ value: JSONValue) throws -> TargetModules {
        guard let targets = TargetModules(value) else {
            throw StageFailure("`target_modules` is neither a list of names nor an expression")
        }
        return targets
    }

    static func optionalModules(_ value: JSONValue) throws -> TargetModules? {
        value == [] || value == "" ? nil : try modules(value)
    }
}
