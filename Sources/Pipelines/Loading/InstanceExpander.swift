import Diagnostics
import JSONValues
import StageInterface

/// Makes the instances of stages with a `matrix`, and of those that take input from them.
///
/// An input takes the instances of the stage that feeds it one by one; one that lists several stages has an axis of its
/// own name more, on which they stand. Inputs that share axes match where the values are equal; other axes make the
/// product. An input that gathers takes all the instances that match at once, and passes no axis on.
struct InstanceExpander {
    /// The most stages that a pipeline with matrices may have.
    static let maximumInstances = 10_000

    /// One instance, or a part of one while inputs are added.
    private struct Plan {
        var coordinates: [AxisValue] = []
        /// The edge's number, and the feeding stage's instance.
        var edges: [(edge: Int, instance: Int)] = []
        var variant: Int?
    }

    /// An instance that may feed an input.
    private struct Candidate {
        let edge: Int
        let instance: Int
        let coordinates: [AxisValue]
    }

    /// The connections of one input.
    private struct Feed {
        let input: InputDeclaration
        let edges: [Int]
        /// What the input is fed by, for messages.
        let stages: String
        let location: SourceLocation
    }

    private(set) var diagnostics = Diagnostics()
    private let stages: [StageDraft]
    private var plans: [[Plan]]
    private var count = 0

    init(_ stages: [StageDraft]) {
        self.stages = stages
        plans = Array(repeating: [], count: stages.count)
    }

    /// The instances in the order of the file, and their numbers each after those that feed it; nil where something is
    /// wrong, which is reported.
    ///
    /// - Parameter order: the numbers of the stages, each after those that feed it.
    mutating func expand(inOrder order: [Int]) -> (drafts: [StageDraft], order: [Int])? {
        guard stages.contains(where: fansOut) else { return (stages, order) }
        for index in order {
            guard let made = plan(index) else { return nil }
            plans[index] = made
            count += made.count
            guard count <= Self.maximumInstances else {
                reportTooMany(at: index)
                return nil
            }
        }
        var firsts: [Int] = []
        var total = 0
        for plans in plans {
            firsts.append(total)
            total += plans.count
        }
        let drafts = stages.indices.flatMap { index in
            plans[index].map { instance(of: stages[index], $0, firsts) }
        }
        return (drafts, order.flatMap { firsts[$0]..<(firsts[$0] + plans[$0].count) })
    }

    /// Whether a stage has instances of its own making, by a matrix or a list of stages.
    private func fansOut(_ stage: StageDraft) -> Bool {
        !stage.variants.isEmpty || feeds(of: stage).contains { $0.edges.count > 1 && !$0.input.gathers }
    }

    private func instance(of stage: StageDraft, _ plan: Plan, _ firsts: [Int]) -> StageDraft {
        var draft = stage
        draft.name = plan.coordinates.instanceName(of: stage.name)
        draft.coordinates = plan.coordinates
        if let variant = plan.variant { draft.with = stage.variants[variant].with }
        draft.variants = []
        draft.edges = plan.edges.sorted { $0.edge < $1.edge }.map { edge, instance in
            let written = stage.edges[edge]
            return StageDraft.Edge(
                input: written.input, stage: firsts[written.stage] + instance, value: written.value)
        }
        return draft
    }

    // MARK: - One stage

    private mutating func plan(_ index: Int) -> [Plan]? {
        let stage = stages[index]
        var made = [Plan()]
        let feeds = feeds(of: stage)
        for feed in feeds where !feed.input.gathers {
            guard let joined = join(made, feed, of: index) else { return nil }
            made = joined
        }
        for feed in feeds where feed.input.gathers {
            let candidates = candidates(of: feed, in: stage)
            guard let matches = matches(made.map(\.coordinates), candidates, feed, of: index) else { return nil }
            for (row, matching) in matches.enumerated() {
                made[row].edges += matching.map { (candidates[$0].edge, candidates[$0].instance) }
            }
        }
        guard !stage.variants.isEmpty else { return made }
        let inherited = Set(made.flatMap(\.coordinates).map(\.axis))
        if let axis = stage.variants[0].coordinates.first(where: { inherited.contains($0.axis) })?.axis {
            reportTwice(axis, in: stage, at: stage.matrixLocation)
            return nil
        }
        guard fits(made.count * stage.variants.count, at: index) else { return nil }
        return made.flatMap { row in
            stage.variants.indices.map { variant in
                var row = row
                row.coordinates += stage.variants[variant].coordinates
                row.variant = variant
                return row
            }
        }
    }

    private func feeds(of stage: StageDraft) -> [Feed] {
        var feeds: [Feed] = []
        for (number, edge) in stage.edges.enumerated() where feeds.last?.input.name != edge.input.name {
            let edges = stage.edges.indices[number...].prefix { stage.edges[$0].input.name == edge.input.name }
            let names = edges.map { "`\(stages[stage.edges[$0].stage].name)`" }
            feeds.append(
                Feed(
                    input: edge.input, edges: Array(edges),
                    stages: (names.count == 1 ? "stage " : "stages ") + names.joined(separator: ", "),
                    location: edge.location))
        }
        return feeds
    }

    private func candidates(of feed: Feed, in stage: StageDraft) -> [Candidate] {
        feed.edges.flatMap { edge in
            let feeding = stage.edges[edge].stage
            var own: [AxisValue] = []
            if feed.edges.count > 1, !feed.input.gathers {
                let name = stages[feeding].name
                own = [AxisValue(axis: feed.input.name, value: .string(name), label: name)]
            }
            return plans[feeding].indices.map { instance in
                Candidate(edge: edge, instance: instance, coordinates: own + plans[feeding][instance].coordinates)
            }
        }
    }

    /// The instances so far with each instance of a further input that matches.
    private mutating func join(_ made: [Plan], _ feed: Feed, of index: Int) -> [Plan]? {
        let candidates = candidates(of: feed, in: stages[index])
        if feed.edges.count > 1,
            candidates.contains(where: { $0.coordinates.dropFirst().contains { $0.axis == feed.input.name } })
        {
            reportTwice(feed.input.name, in: stages[index], at: feed.location)
            return nil
        }
        guard let matches = matches(made.map(\.coordinates), candidates, feed, of: index),
            fits(matches.reduce(0) { $0 + $1.count }, at: index)
        else { return nil }
        return zip(made, matches).flatMap { row, matching in
            let own = Set(row.coordinates.map(\.axis))
            return matching.map { number in
                var row = row
                row.coordinates += candidates[number].coordinates.filter { !own.contains($0.axis) }
                row.edges.append((candidates[number].edge, candidates[number].instance))
                return row
            }
        }
    }

    // MARK: - Matching

    /// For each row the candidates that have its values on the axes that both have; nil where a row or a candidate is
    /// left without, which is reported.
    private mutating func matches(
        _ rows: [[AxisValue]], _ candidates: [Candidate], _ feed: Feed, of index: Int
    ) -> [[Int]]? {
        // Few kinds of rows and candidates, by the axes that they have, make up many of each.
        let kinds = Dictionary(grouping: candidates.indices) { Set(candidates[$0].coordinates.map(\.axis)) }
        var groups: [Set<String>: [Set<String>: [[JSONValue]: [Int]]]] = [:]
        var matched: Set<Int> = []
        var matches: [[Int]] = []
        for row in rows {
            let axes = Set(row.map(\.axis))
            if groups[axes] == nil {
                groups[axes] = kinds.reduce(into: [:]) { groups, kind in
                    let shared = kind.key.intersection(axes).sorted()
                    groups[kind.key] = Dictionary(grouping: kind.value) {
                        candidates[$0].coordinates.values(on: shared)
                    }
                }
            }
            let matching = (groups[axes] ?? [:]).flatMap { kind, groups in
                groups[row.values(on: kind.intersection(axes).sorted())] ?? []
            }
            guard !matching.isEmpty else {
                let shared = kinds.keys.reduce(into: Set<String>()) { $0.formUnion($1.intersection(axes)) }
                report("no instance with \(row.place(on: shared)), which another input", "has", feed, of: index)
                return nil
            }
            matched.formUnion(matching)
            matches.append(matching.sorted())
        }
        if matched.count < candidates.count, let left = candidates.indices.first(where: { !matched.contains($0) }) {
            let axes = Set(rows.flatMap { $0 }.map(\.axis))
            let place = candidates[left].coordinates.place(on: axes)
            report("an instance with \(place), which another input", "lacks", feed, of: index)
            return nil
        }
        return matches
    }

    private mutating func report(_ what: String, _ verb: String, _ feed: Feed, of index: Int) {
        let have = feed.edges.count == 1 ? "has" : "have"
        diagnostics.error(
            "\(feed.stages) \(have) \(what) of stage `\(stages[index].name)` \(verb)", at: feed.location,
            help: "give the axis the same values in both, or rename it in one of them")
    }

    private mutating func reportTwice(_ axis: String, in stage: StageDraft, at location: SourceLocation?) {
        diagnostics.error(
            "stage `\(stage.name)` has the axis `\(axis)` from its inputs already", at: location,
            help: "rename one of the two axes")
    }

    // MARK: - Limit

    private mutating func fits(_ number: Int, at index: Int) -> Bool {
        guard count + number > Self.maximumInstances else { return true }
        reportTooMany(at: index)
        return false
    }

    private mutating func reportTooMany(at index: Int) {
        diagnostics.error(
            "with stage `\(stages[index].name)` the pipeline has more than \(Self.maximumInstances) instances of stages",
            at: stages[index].variants.isEmpty ? stages[index].location : stages[index].matrixLocation,
            help: "leave out values of a matrix, or split the pipeline")
    }
}

extension [AxisValue] {
    /// The values on some axes, to match by.
    fileprivate func values(on axes: [String]) -> [JSONValue] {
        axes.map { axis in first { $0.axis == axis }?.value ?? .null }
    }

    /// `n=1,r=4`, of the axes that are wanted.
    fileprivate func place(on axes: Set<String>) -> String {
        filter { axes.contains($0.axis) }.sorted { $0.axis < $1.axis }.map { "\($0.axis)=\($0.label)" }
            .joined(separator: ",")
    }
}
