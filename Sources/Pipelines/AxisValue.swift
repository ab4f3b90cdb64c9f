package import JSONValues

/// One value of an axis of a stage's `matrix`: where an instance of the stage stands on that axis.
package struct AxisValue: Sendable, Hashable {
    package let axis: String
    package let value: JSONValue
    /// The value as it reads in the instance's name: letters, digits, `.`, `_`, `+` and `-`.
    package let label: String
}

extension [AxisValue] {
    /// The name of the instance that stands here: `adapter[r=4,seed=1]`. Axes are in alphabetical order; a stage that
    /// doesn't fan out keeps its name.
    func instanceName(of stage: String) -> String {
        guard !isEmpty else { return stage }
        return stage + "[" + sorted { $0.axis < $1.axis }.map { "\($0.axis)=\($0.label)" }.joined(separator: ",") + "]"
    }
}
