/// The names of a stage's instances, where it fans out.
package enum InstanceName {
    /// `adapter[r=4,seed=1]`. Axes are in alphabetical order; a stage that doesn't fan out keeps its name.
    ///
    /// - Parameters:
    ///   - stage: the stage as the pipeline writes it.
    ///   - places: where the instance stands, by axis.
    package static func of(_ stage: String, at places: [String: String]) -> String {
        guard !places.isEmpty else { return stage }
        return stage + "[" + places.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
            + "]"
    }
}
