import Diagnostics
import Pipelines

extension Project {
    /// The names of the stages that a person names: `adapter` is all its instances, `adapter[r=4]` those with that
    /// value.
    ///
    /// - Throws: ``CommandFailure`` that suggests a name.
    func stages(named selector: String) throws -> [String] {
        do {
            return try pipeline.stages(matching: selector).map(\.name)
        } catch {
            throw CommandFailure.found(error.diagnostics)
        }
    }
}
