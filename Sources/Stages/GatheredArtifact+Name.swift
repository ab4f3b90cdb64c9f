import JSONValues
import StageInterface

extension GatheredArtifact {
    /// The stage with where its instance stands.
    var name: String { InstanceName.of(stage, at: axes.mapValues(\.plainText)) }
}
