import Diagnostics
import JSONValues
import YAMLDocument

extension PipelineReader {
    private enum StageKey: String, CaseIterable { case uses, from, with, matrix, description }

    mutating func readStage(_ entry: YAMLMapping.Entry) -> StageDraft {
        var draft = StageDraft(name: entry.key.text, location: entry.key.location)
        guard let mapping = entry.value.mapping else {
            diagnostics.error(
                "expected a mapping for stage `\(draft.name)`, found \(entry.value.describe)",
                at: entry.value.isNull ? entry.key.location : entry.value.location,
                help: "write `uses:` and a stage kind under the stage's name")
            draft.connections = nil
            draft.with = nil
            return draft
        }
        let misspelt = checkKeys(
            of: mapping, known: StageKey.allCases.map(\.rawValue), in: "stage `\(draft.name)`")
        if mapping["uses"] == nil, !misspelt.contains("uses") {
            diagnostics.error(
                "the key `uses` is missing in stage `\(draft.name)`", at: entry.key.location,
                help: "`uses` names a stage kind: \(kindNames.map { "`\($0)`" }.joined(separator: ", "))")
        }
        if let node = mapping["description"] { draft.description = readText(node, of: "description") }
        readKind(mapping["uses"], into: &draft)
        readConnections(mapping.entry("from"), into: &draft)
        readMatrix(mapping.entry("matrix"), with: mapping.entry("with"), into: &draft)
        return draft
    }

    private mutating func readKind(_ node: YAMLNode?, into draft: inout StageDraft) {
        guard let node else { return }
        draft.usesLocation = node.location
        guard let kind = readText(node, of: "uses") else { return }
        draft.declaration = kinds[kind]
        if draft.declaration == nil {
            diagnostics.error(
                "unknown stage kind `\(kind)`", at: node.location,
                help: Diagnostic.help(forUnknown: kind, among: kindNames, as: "stage kind"))
        }
    }

    private mutating func readConnections(_ entry: YAMLMapping.Entry?, into draft: inout StageDraft) {
        guard let entry, !entry.value.isNull else { return }
        draft.fromLocation = entry.key.location
        switch entry.value.content {
        case .scalar:
            draft.connections = readStageName(entry.value, for: nil).map {
                [StageDraft.Connection(input: nil, value: $0, location: entry.value.location)]
            }
        case .mapping(let mapping):
            draft.connections = mapping.entries.flatMap { connection in
                readStages(connection.value, for: connection.key)
            }
        case .sequence: draft.connections = readStages(entry.value, for: nil)
        }
    }

    /// One stage, or a list of them.
    private mutating func readStages(_ node: YAMLNode, for key: YAMLMapping.Key?) -> [StageDraft.Connection] {
        let input = key.map { ($0.text, $0.location) }
        guard case .sequence(let items) = node.content else {
            let location = node.isNull ? key?.location ?? node.location : node.location
            return [
                StageDraft.Connection(input: input, value: readStageName(node, for: key?.text), location: location)
            ]
        }
        if items.isEmpty {
            diagnostics.error("expected stages, found an empty list", at: node.location)
            return [StageDraft.Connection(input: input, value: nil, location: node.location)]
        }
        return items.map {
            StageDraft.Connection(input: input, value: readStageName($0, for: key?.text), location: $0.location)
        }
    }

    /// The name of a stage, or what `$(name)` stands for; nil for what can't be one, which is reported.
    private mutating func readStageName(_ node: YAMLNode, for input: String?) -> LocatedValue? {
        let place = input.map { " for the input `\($0)`" } ?? ""
        guard let scalar = node.scalar, !node.isNull else {
            diagnostics.error("expected the name of a stage\(place), found \(node.describe)", at: node.location)
            return nil
        }
        guard ReferenceText.holdsReference(scalar.text) else {
            return LocatedValue(.scalar(.string(scalar.text)), at: node.location)
        }
        let value = expander.expand(scalar, of: node).value
        switch value.content {
        case .scalar(.string): return value
        case .unknown: return nil
        default:
            diagnostics.error(
                "`\(scalar.text)` stands for no name of a stage\(place)", at: node.location,
                help: "let the parameter be the name of a stage, or a path with a `/` where the kind takes a folder",
                notes: [Diagnostic.Note("its value is written here", at: value.origin)])
            return nil
        }
    }

    /// Reads `with` once, or for each combination of the matrix.
    private mutating func readMatrix(
        _ matrix: YAMLMapping.Entry?, with parameters: YAMLMapping.Entry?, into draft: inout StageDraft
    ) {
        guard let matrix, !matrix.value.isNull else {
            readParameters(parameters, into: &draft)
            return
        }
        draft.matrixLocation = matrix.key.location
        var reader = MatrixReader(stage: draft.name, expander: expander)
        let combinations = reader.read(matrix.value)
        expander = reader.expander
        diagnostics.append(contentsOf: reader.diagnostics)
        guard let combinations else {
            // What refers to the axes can't be filled in.
            draft.withLocation = parameters?.key.location
            draft.with = nil
            return
        }
        expander.beginScope()
        for combination in combinations {
            expander.enter(combination, at: matrix.key.location)
            readParameters(parameters, into: &draft)
            draft.variants.append(
                StageDraft.Variant(coordinates: combination.map(\.value), with: draft.with))
        }
        let used = expander.endScope()
        draft.with = draft.variants.first?.with
        for axis in combinations.first?.map(\.value.axis) ?? [] where !used.contains(axis) && draft.with != nil {
            diagnostics.warning(
                "the axis `\(axis)` of stage `\(draft.name)` is not used", at: matrix.key.location,
                help: "write `$(\(axis))` where its value belongs under `with`, or leave it out")
        }
    }

    private mutating func readParameters(_ entry: YAMLMapping.Entry?, into draft: inout StageDraft) {
        guard let entry, !entry.value.isNull else { return }
        draft.withLocation = entry.key.location
        guard let mapping = entry.value.mapping else {
            diagnostics.error(
                "expected a mapping of parameters under `with`, found \(entry.value.describe)",
                at: entry.value.location)
            draft.with = nil
            return
        }
        draft.with = expander.entries(of: mapping)
    }
}
