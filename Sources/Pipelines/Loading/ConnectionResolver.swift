import Diagnostics
import StageInterface

/// Finds the stage behind every name under `from`, and checks that each input gets what it can read.
struct ConnectionResolver {
    private(set) var drafts: [StageDraft]
    var diagnostics = Diagnostics()

    /// The numbers of the stages, each after those that feed it.
    private(set) var order: [Int] = []

    private var suggestions = Suggestions()
    private let catalogue: [StageDeclaration]
    private let indices: [String: Int]
    private let names: [String]
    /// The numbers of the stages that give an artifact type, in the order of the file.
    private let producers: [ArtifactType: [Int]]

    init(_ drafts: [StageDraft], catalogue: [StageDeclaration]) {
        self.drafts = drafts
        self.catalogue = catalogue
        names = drafts.map(\.name)
        indices = Dictionary(drafts.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
        var producers: [ArtifactType: [Int]] = [:]
        for (index, draft) in drafts.enumerated() {
            if let type = draft.output { producers[type, default: []].append(index) }
        }
        self.producers = producers
    }

    mutating func resolve() {
        for index in drafts.indices { connect(index) }
        let sorted = DependencyOrder(drafts.map { $0.feeding.map(\.stage) })
        order = sorted.order
        for cycle in sorted.cycles { reportCycle(cycle) }
        let circular = Self.links(of: sorted.cycles)
        for index in drafts.indices {
            checkTypes(of: index, except: circular)
            checkRequiredInputs(of: index)
        }
    }

    // MARK: - Names

    private mutating func connect(_ index: Int) {
        guard let connections = drafts[index].connections else { return }
        if let declaration = drafts[index].declaration, declaration.inputs.isEmpty, !declaration.takesOtherInputs,
            !connections.isEmpty
        {
            diagnostics.error(
                "a stage of kind `\(declaration.kind)` has no inputs", at: drafts[index].fromLocation,
                help: "leave out `from` in stage `\(drafts[index].name)`")
            return
        }
        let written = Set(connections.compactMap { $0.input?.name })
        for connection in connections {
            let input = input(of: connection, at: index, written: written)
            if let input, connection.stage == nil { drafts[index].reportedInputs.insert(input.name) }
            guard let stage = connection.stage, let value = connection.value else { continue }
            guard let producer = indices[stage] else {
                if let input, input.fillsParameter, Self.isPath(stage) {
                    fill(input.name, by: value, keyAt: connection.input?.location, at: index)
                    continue
                }
                reportUnknown(stage, of: connection, for: input, at: index)
                continue
            }
            drafts[index].feeding.append((producer, connection.location))
            if let input {
                drafts[index].edges.append(StageDraft.Edge(input: input, stage: producer, value: value))
            }
        }
        let inputs = drafts[index].declaration?.inputs ?? []
        let edges = drafts[index].edges
        let declared = inputs.flatMap { input in edges.filter { $0.input.name == input.name } }
        let others = edges.filter { edge in !inputs.contains { $0.name == edge.input.name } }
        drafts[index].edges = declared + others.sorted { $0.input.name < $1.input.name }
        reportRepetition(at: index)
    }

    /// No stage has such a name. `./base` is a folder's path where `base` would be a stage.
    private static func isPath(_ text: String) -> Bool { text.utf8.contains(UInt8(ascii: "/")) }

    /// Takes a path that stands where a stage might for the parameter's value.
    private mutating func fill(
        _ parameter: String, by path: LocatedValue, keyAt keyLocation: SourceLocation?, at index: Int
    ) {
        guard drafts[index].with?.contains(where: { $0.key == parameter }) != true else {
            diagnostics.append(drafts[index].twice(parameter, at: path.location))
            return
        }
        let entry = LocatedValue.Entry(key: parameter, keyLocation: keyLocation ?? path.location, value: path)
        drafts[index].with?.append(entry)
        for variant in drafts[index].variants.indices { drafts[index].variants[variant].with?.append(entry) }
    }

    private mutating func reportUnknown(
        _ stage: String, of connection: StageDraft.Connection, for input: InputDeclaration?, at index: Int
    ) {
        var help = suggestions.help(forUnknown: stage, among: names, except: drafts[index].name, as: "stage")
        if input?.fillsParameter == true, !stage.isEmpty {
            help = (help.map { $0 + "; " } ?? "") + "a folder of this name is written `./\(stage)`"
        }
        diagnostics.error("unknown stage `\(stage)`", at: connection.location, help: help)
        if let input { drafts[index].reportedInputs.insert(input.name) }
    }

    private mutating func reportRepetition(at index: Int) {
        var seen: [String: Set<Int>] = [:]
        for edge in drafts[index].edges where !seen[edge.input.name, default: []].insert(edge.stage).inserted {
            diagnostics.error("stage `\(names[edge.stage])` stands twice for one input", at: edge.location)
        }
    }

    /// The input that a connection is for; nil where the stage has no such input, which is reported.
    ///
    /// - Parameter written: the names of all inputs that the stage's `from` connects.
    private mutating func input(
        of connection: StageDraft.Connection, at index: Int, written: Set<String>
    ) -> InputDeclaration? {
        guard let declaration = drafts[index].declaration else { return nil }
        let inputs = declaration.inputs
        let place = connection.input?.location ?? connection.location
        guard let name = connection.input?.name else {
            if inputs.isEmpty, declaration.takesOtherInputs, let stage = connection.stage {
                return InputDeclaration(otherNamed: stage)
            }
            let required = inputs.filter(\.isRequired)
            if let only = required.count == 1 ? required.first : inputs.count == 1 ? inputs.first : nil {
                return only
            }
            diagnostics.error(
                "`from` does not say which input of stage `\(drafts[index].name)` it feeds", at: place,
                help: "write `from: {INPUT: \(connection.stage ?? "STAGE")}` with one of "
                    + inputs.map { "`\($0.name)`" }.joined(separator: ", "))
            drafts[index].reportedInputs.formUnion(inputs.map(\.name))
            return nil
        }
        if let input = declaration.input(named: name) { return input }
        if declaration.takesOtherInputs {
            if PipelineName.isStage(name) { return InputDeclaration(otherNamed: name) }
            diagnostics.error(
                "`\(name)` can't be the name of an input", at: place,
                help: "a name has letters, digits, `_` and `-`, a letter first")
            return nil
        }
        diagnostics.error(
            "unknown input `\(name)` in stage `\(drafts[index].name)`", at: place,
            help: Diagnostic.help(forUnknown: name, among: inputs.map(\.name), as: "input"))
        if let meant = NearestName.find(name, among: inputs.map(\.name).filter { !written.contains($0) }) {
            drafts[index].reportedInputs.insert(meant)
        }
        return nil
    }

    // MARK: - Types

    private mutating func checkTypes(of index: Int, except circular: Set<[Int]>) {
        for edge in drafts[index].edges where !circular.contains([edge.stage, index]) {
            let producer = drafts[edge.stage]
            guard let given = producer.output, !edge.input.accepts(given) else { continue }
            diagnostics.error(
                "`\(edge.input.name)` wants an artifact of type \(Self.list(edge.input.types)); "
                    + "stage `\(producer.name)` gives \(given)",
                at: edge.location, help: whereToFind(edge.input, except: index))
            drafts[index].reportedInputs.insert(edge.input.name)
        }
    }

    private mutating func checkRequiredInputs(of index: Int) {
        let draft = drafts[index]
        guard let declaration = draft.declaration, draft.connections != nil else { return }
        for input in declaration.inputs where input.isRequired {
            if let other = input.alternative.flatMap({ draft.edge(of: $0) }) {
                guard draft.edge(of: input.name) != nil else { continue }
                drafts[index].reportedInputs.insert(input.name)
                diagnostics.error(
                    "the inputs `\(input.name)` and `\(other.input.name)` of stage `\(draft.name)` stand in each other's place",
                    at: other.location, help: "leave out one of them")
                continue
            }
            let names = [input.name] + (input.alternative.map { [$0] } ?? [])
            guard draft.edge(of: input.name) == nil, draft.reportedInputs.isDisjoint(with: names) else { continue }
            drafts[index].reportedInputs.insert(input.name)
            let alternative = input.alternative.map { ", and neither is `\($0)`, which may stand in its place" } ?? ""
            diagnostics.error(
                "the input `\(input.name)` of stage `\(draft.name)` is not connected\(alternative); "
                    + "it wants an artifact of type \(Self.list(input.types))",
                at: draft.fromLocation ?? draft.location, help: whereToFind(input, except: index))
        }
    }

    /// Names the stages of the pipeline that give what an input wants, or else the kinds of such stages.
    private func whereToFind(_ input: InputDeclaration, except index: Int) -> String {
        let matching = input.types.flatMap { (producers[$0] ?? []).prefix(Self.longestList + 2) }
            .filter { $0 != index }.sorted()
        guard !matching.isEmpty else {
            let kinds = catalogue.filter { $0.output.types.contains(where: input.accepts) }.map { "`\($0.kind)`" }
            return "no stage of this pipeline gives it"
                + (kinds.isEmpty ? "" : "; stage kinds that do: \(kinds.joined(separator: ", "))")
        }
        let shown = matching.prefix(Self.longestList).map { "`\(names[$0])`" }.joined(separator: ", ")
        return "write `\(input.name): STAGE` under `from`, with a stage that gives it: \(shown)"
            + (matching.count > Self.longestList ? ", …" : "")
    }

    private static let longestList = 8

    private static func list(_ types: [ArtifactType]) -> String {
        types.map(\.name).joined(separator: " or ")
    }

    // MARK: - Circles

    /// The links of each circle as pairs of the feeding and the fed stage.
    private static func links(of cycles: [[Int]]) -> Set<[Int]> {
        var links: Set<[Int]> = []
        for cycle in cycles {
            for (reader, producer) in zip(cycle, cycle.dropFirst() + cycle.prefix(1)) {
                links.insert([producer, reader])
            }
        }
        return links
    }

    /// - Parameter cycle: numbers of stages, each fed by the next, the last by the first.
    private mutating func reportCycle(_ cycle: [Int]) {
        // Told in the direction in which artifacts pass, from the stage that stands first in the file.
        var members = Array(cycle.reversed())
        if let least = members.min(), let start = members.firstIndex(of: least) {
            members = Array(members[start...] + members[..<start])
        }
        guard let first = members.first, let last = members.last else { return }
        guard members.count > 1 else {
            diagnostics.error("stage `\(names[first])` feeds itself", at: link(from: first, to: first))
            return
        }
        diagnostics.error(
            "the stages \(CircleText.of(members.map { names[$0] })) feed each other in a circle",
            at: link(from: last, to: first),
            notes: zip(members, members.dropFirst()).prefix(CircleText.longest).map { producer, reader in
                Diagnostic.Note(
                    "`\(names[producer])` feeds `\(names[reader])` here", at: link(from: producer, to: reader))
            })
    }

    private func link(from producer: Int, to reader: Int) -> SourceLocation? {
        drafts[reader].feeding.first { $0.stage == producer }?.location
    }
}
