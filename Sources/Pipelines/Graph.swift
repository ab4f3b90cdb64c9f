package import StageInterface

/// The stages of a pipeline and what passes between them.
package struct Graph: Sendable {
    /// An artifact that passes from one stage to another.
    package struct Edge: Sendable, Hashable {
        /// The name of the stage that makes the artifact.
        package let from: String
        /// The name of the stage that reads it.
        package let to: String
        /// The input of the reading stage.
        package let input: String
        package let artifact: ArtifactType
    }

    /// The pipeline's name.
    package let name: String

    /// Every stage after those that feed it: in the order of the file, except that a stage which feeds an earlier
    /// one moves up in front of it.
    package let stages: [Stage]

    /// By the reading stage in the order of ``stages``, then by input in the order of the declaration.
    package let edges: [Edge]

    /// The stages by the length of the longest way to them: those of one level don't depend on each other, and
    /// level 0 depends on nothing.
    package let levels: [[Stage]]

    private let indices: [String: Int]
    /// For each stage, which feed it and which it feeds: without repetition, in the order of `stages`.
    private let incoming: [[Int]]
    private let outgoing: [[Int]]

    /// The graph of stages of which none depends on itself, and whose inputs are all among them.
    init(name: String, stages fileOrder: [Stage]) {
        let fileIndices = Dictionary(uniqueKeysWithValues: fileOrder.enumerated().map { ($1.name, $0) })
        let sorted = DependencyOrder(fileOrder.map { $0.feeders.compactMap { fileIndices[$0] } })
            .order.map { fileOrder[$0] }
        let indices = Dictionary(uniqueKeysWithValues: sorted.enumerated().map { ($1.name, $0) })

        var incoming: [[Int]] = []
        var outgoing = [[Int]](repeating: [], count: sorted.count)
        var levels: [[Stage]] = []
        var levelOf: [Int] = []
        for (index, stage) in sorted.enumerated() {
            let feeding = Set(stage.feeders.compactMap { indices[$0] }).sorted()
            for other in feeding { outgoing[other].append(index) }
            incoming.append(feeding)
            let level = feeding.map { levelOf[$0] + 1 }.max() ?? 0
            if level == levels.count { levels.append([]) }
            levels[level].append(stage)
            levelOf.append(level)
        }

        self.name = name
        stages = sorted
        edges = sorted.flatMap { stage in
            stage.connections.map { Edge(from: $0.stage, to: stage.name, input: $0.name, artifact: $0.artifact) }
        }
        self.levels = levels
        self.indices = indices
        self.incoming = incoming
        self.outgoing = outgoing
    }
}

// MARK: - Neighbours

/// Names of stages come without repetition, in the order of ``Graph/stages``. A name that no stage has gives none.
extension Graph {
    /// The stages that feed a stage.
    package func predecessors(of name: String) -> [String] { neighbours(of: name, in: incoming) }

    /// The stages that a stage feeds.
    package func successors(of name: String) -> [String] { neighbours(of: name, in: outgoing) }

    /// The stages that a stage depends on, directly or not; itself not among them.
    package func ancestors(of name: String) -> [String] { reachable(from: name, in: incoming) }

    /// The stages that depend on a stage, directly or not; itself not among them.
    package func descendants(of name: String) -> [String] { reachable(from: name, in: outgoing) }

    private func neighbours(of name: String, in lists: [[Int]]) -> [String] {
        indices[name].map { lists[$0].map { stages[$0].name } } ?? []
    }

    private func reachable(from name: String, in lists: [[Int]]) -> [String] {
        guard let start = indices[name] else { return [] }
        var isReached = [Bool](repeating: false, count: stages.count)
        var pending = lists[start]
        while let index = pending.popLast() {
            if isReached[index] { continue }
            isReached[index] = true
            pending += lists[index]
        }
        return stages.indices.filter { isReached[$0] }.map { stages[$0].name }
    }
}
