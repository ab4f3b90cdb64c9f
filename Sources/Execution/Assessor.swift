import JSONValues
import OrderedCollections
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

    /// What the stage's key is made of, as its files are now.
    ///
    /// - Parameter outputs: the digests of the artifacts that are known, by the stage that gave them.
    /// - Throws: ``UnreadableInput``.
    func components(of stage: Stage, outputs: [String: ContentDigest]) throws -> KeyComponents {
        try keys.components(of: stage, outputs: outputs)
    }

    /// - Parameter outputs: the digests of the artifacts that are known, by the stage that gave them.
    /// - Throws: ``UnreadableInput``, `StoreError`.
    func assess(_ stage: Stage, outputs: [String: ContentDigest]) throws -> Assessment {
        let waitsFor = OrderedSet(stage.feeders.filter { outputs[$0] == nil }).elements
        let components = try components(of: stage, outputs: outputs)
        let key = waitsFor.isEmpty ? try StoreKey(components: components.json) : nil
        let lookup = try key.map { try store.lookUp($0, components: components.json) } ?? .miss(.unknown)
        let lastKey = history.key(of: stage.name)
        var lastComponents: KeyComponents?
        // Only what has to run is compared with the last run.
        if case .miss = lookup {
            lastComponents = lastKey.flatMap(store.trace).map { KeyComponents(json: $0.components) }
        }
        let earlier: EarlierState? =
            if case .miss = lookup, key != nil { try earlierState(stage, components) } else { nil }
        return Assessment(
            stage: stage, components: components, key: key, lookup: lookup, lastKey: lastKey,
            lastComponents: lastComponents, earlier: earlier, waitsFor: waitsFor)
    }

    /// The state that the same computation with the largest smaller value left, where going on from it is exact.
    private func earlierState(_ stage: Stage, _ components: KeyComponents) throws -> EarlierState? {
        guard let continuation = stage.declaration.continuation,
            let value = stage.values[continuation.parameter]?.intValue, value > 1,
            (try? continuation.isExact(stage.parameterValues())) ?? false
        else { return nil }
        for smaller in (max(1, value - EarlierState.reach)..<value).reversed() {
            let other = components.replacing(continuation.parameter, with: .int(smaller))
            let trace = store.trace(for: try StoreKey(components: other.json))
            guard let digest = trace?.outputs[EarlierState.outputName], case .intact = try store.object(digest) else {
                continue
            }
            return EarlierState(parameter: continuation.parameter, value: smaller, digest: digest)
        }
        return nil
    }

    /// The state of every stage as it is now.
    ///
    /// - Throws: `StoreError` for a file or a part of the store that cannot be read.
    package func assessAll() throws -> [Assessment] {
        var outputs: [String: ContentDigest] = [:]
        do {
            return try pipeline.graph.stages.map { stage in
                let assessment = try assess(stage, outputs: outputs)
                if case .hit(let trace, _) = assessment.lookup { outputs[stage.name] = trace.outputs[outputName] }
                return assessment
            }
        } catch let unreadable as UnreadableInput {
            throw unreadable.placed
        }
    }
}

/// The name under which a trace holds a stage's one artifact.
package let outputName = "output"

/// The state in which a computation ended that another one goes on from.
struct EarlierState: Sendable {
    /// The parameter that has a larger value now.
    let parameter: String
    let value: Int
    let digest: ContentDigest

    var description: String { "\(parameter) \(value)" }

    /// The name under which a trace holds it.
    static let outputName = "state"

    /// How much smaller a value is looked for.
    static let reach = 1000
}
