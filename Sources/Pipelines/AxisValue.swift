package import JSONValues
import StageInterface

/// One value of an axis of a stage's `matrix`: where an instance of the stage stands on that axis.
package struct AxisValue: Sendable, Hashable {
    package let axis: String
    package let value: JSONValue
    /// The value as it reads in the instance's name: letters, digits, `.`, `_`, `+` and `-`.
    package let label: String
}

extension [AxisValue] {
    /// The name of the instance that stands here.
    func instanceName(of stage: String) -> String {
        InstanceName.of(stage, at: Dictionary(map { ($0.axis, $0.label) }, uniquingKeysWith: { first, _ in first }))
    }
}
