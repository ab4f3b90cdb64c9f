package import Pipelines
package import StageInterface
package import Store

/// Finds out what is known of each stage, without running any.
package struct Assessor: Sendable {
    package let pipeline: Pipeline
    package let store: Store
    private let keys: KeyBuilder
    let history: PipelineHistory

    package init(pipeline: Pipeline, store: Store, numerics: NumericsClass) throws {
        self.pipeline = pipeline
        self.store = store
        keys = KeyBuilder(store: store, numerics: numerics)
        history = try store.history(of: pipeline.name)
    }

    /// - Parameter inputs: the digests of the artifacts that are known, by the stage that gave them.
    func assess(_ stage: Stage, outputs: [String: ContentDigest]) throws -> Assessment {
        let inputs = stage.inputs.compactMap { input in outputs[input.stage].map { (input.name, $0) } }
        let waitsFor = stage.inputs.map(\.stage).filter { outputs[$0] == nil }
        let components = try keys.components(of: stage, inputs: Dictionary(inputs) { first, _ in first })
        let key = waitsFor.isEmpty ? try StoreKey(components: components.json) : nil
        let previousKey = history.key(of: stage.name)
        return Assessment(
            stage: stage, components: components, key: key,
            lookup: try key.map(store.lookUp) ?? .miss(.unknown),
            previous: previousKey.flatMap(store.trace).map { KeyComponents(json: $0.components) },
            previousKey: previousKey, waitsFor: waitsFor)
    }

    /// The state of every stage as it is now.
    package func assessAll() throws -> [Assessment] {
        var outputs: [String: ContentDigest] = [:]
        return try pipeline.graph.stages.map { stage in
            let assessment = try assess(stage, outputs: outputs)
            if case .hit(let trace, _) = assessment.lookup { outputs[stage.name] = trace.outputs[outputName] }
            return assessment
        }
    }
}

/// The name under which a trace holds a stage's one artifact.
package let outputName = "output"
