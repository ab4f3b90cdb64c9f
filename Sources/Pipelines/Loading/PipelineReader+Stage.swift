import Diagnostics
import YAMLDocument

extension PipelineReader {
    private enum StageKey: String, CaseIterable { case uses, from, with, description }

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
        readParameters(mapping.entry("with"), into: &draft)
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
            draft.connections = readText(entry.value, of: "from").map {
                [StageDraft.Connection(input: nil, stage: $0, location: entry.value.location)]
            }
        case .mapping(let mapping):
            draft.connections = mapping.entries.map { connection in
                StageDraft.Connection(
                    input: (connection.key.text, connection.key.location),
                    stage: readStageName(connection.value, for: connection.key.text),
                    location: connection.value.isNull ? connection.key.location : connection.value.location)
            }
        case .sequence:
            diagnostics.error(
                "expected a mapping of inputs to stages under `from`, found a list", at: entry.value.location,
                help: "write `from: {INPUT: STAGE}`")
            draft.connections = nil
        }
    }

    private mutating func readStageName(_ node: YAMLNode, for input: String) -> String? {
        guard let scalar = node.scalar, !node.isNull else {
            diagnostics.error(
                "expected the name of a stage for the input `\(input)`, found \(node.describe)",
                at: node.location)
            return nil
        }
        return ReferenceText.holdsReference(scalar.text) ? readText(node, of: "from") : scalar.text
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
