import Diagnostics
import StageInterface
import YAMLDocument

/// Reads the shape of a pipeline's document: which keys there are, and what stands under them.
struct PipelineReader {
    /// The version of pipelines that is read.
    static let version = 1

    private enum Key: String, CaseIterable { case version, name, description, include, params, stages }

    let kinds: [String: StageDeclaration]
    let kindNames: [String]

    var diagnostics = Diagnostics()
    var expander = ParameterExpander()

    /// The paths of the files that are included.
    private(set) var fragments: [SourceText] = []
    /// Whether all parts of the pipeline could be read; if not, nothing can be said of a stage that isn't there.
    private(set) var isComplete = true
    private(set) var name: String?
    private(set) var description: String?
    private(set) var drafts: [StageDraft] = []

    init(catalogue: [StageDeclaration]) {
        kinds = Dictionary(catalogue.map { ($0.kind, $0) }, uniquingKeysWith: { first, _ in first })
        kindNames = catalogue.map(\.kind)
    }

    mutating func read(_ root: YAMLNode, sources: ParameterSources) {
        guard let mapping = root.mapping else {
            diagnostics.error(
                "expected a pipeline, found \(root.describe)", at: root.location,
                help: "a pipeline begins with `version: \(Self.version)`, then `name` and `stages`")
            return
        }
        guard readVersion(mapping) else { return }
        let misspelt = checkKeys(of: mapping, known: Key.allCases.map(\.rawValue), in: "the pipeline")
        if misspelt.contains(Key.params.rawValue) { expander.knowsAllNames = false }
        let includes = mapping["include"].map { !$0.isNull } ?? false
        for key in [Key.version, .name, .stages].map(\.rawValue)
        where mapping[key] == nil && !misspelt.contains(key) && !(includes && key == Key.stages.rawValue) {
            diagnostics.error(
                "the key `\(key)` is missing in the pipeline", at: root.location, help: Self.help(forMissing: key))
        }
        readName(mapping["name"])
        description = mapping["description"].flatMap { readText($0, of: "description") }
        var parts = IncludeReader(path: root.location.path)
        parts.include(mapping["include"])
        if misspelt.contains(Key.include.rawValue) || !parts.isComplete {
            isComplete = false
            expander.knowsAllNames = false
        }
        if let own = ownPart(mapping["params"], "names to values under `params`") {
            parts.addParameters(own)
        } else {
            expander.knowsAllNames = false
        }
        var stagesLocation: SourceLocation?
        if let node = mapping["stages"], let own = ownStages(node) {
            stagesLocation = node.location
            parts.addStages(own)
        }
        fragments = parts.files
        diagnostics.append(contentsOf: parts.diagnostics)
        expander.define(YAMLMapping(parts.params.entries), sources: sources)
        for entry in parts.stages.entries { readStage(entry, named: entry.key) }
        if parts.stages.entries.isEmpty, isComplete, let location = stagesLocation ?? (includes ? root.location : nil) {
            diagnostics.error("the pipeline has no stages", at: location)
        }
    }

    private static func help(forMissing key: String) -> String? {
        switch key {
        case "version": "write `version: \(version)` in the first line"
        case "name": "write `name:` and a name for the pipeline"
        case "stages": "write `stages:` and under it each stage by its name"
        default: nil
        }
    }

    // MARK: - Keys at the top

    /// False for a pipeline of another version, of which nothing else can be said.
    private mutating func readVersion(_ mapping: YAMLMapping) -> Bool {
        guard let node = mapping["version"] else { return true }
        guard let version = node.asInt else {
            diagnostics.error(
                "expected `version: \(Self.version)`, found \(node.describe)", at: node.location)
            return true
        }
        guard version != Self.version else { return true }
        diagnostics.error(
            "the pipeline is of version \(version), and this peft-pipeline reads version \(Self.version)",
            at: node.location, help: version > Self.version ? "use a newer peft-pipeline" : nil)
        return false
    }

    private mutating func readName(_ node: YAMLNode?) {
        guard let node, let text = readText(node, of: "name") else { return }
        if PipelineName.isPipeline(text) {
            name = text
        } else {
            diagnostics.error(
                "`\(text)` can't be the name of a pipeline", at: node.location,
                help: "a name is letters, digits, `.`, `_` and `-`, a letter or digit first")
        }
    }

    /// A mapping of the pipeline's own file, empty where there is none; nil for what is no mapping, which is reported.
    private mutating func ownPart(_ node: YAMLNode?, _ what: String) -> YAMLMapping? {
        guard let node, !node.isNull else { return YAMLMapping([]) }
        if let mapping = node.mapping { return mapping }
        diagnostics.error("expected a mapping of \(what), found \(node.describe)", at: node.location)
        return nil
    }

    private mutating func ownStages(_ node: YAMLNode) -> YAMLMapping? {
        if let mapping = node.mapping { return mapping }
        diagnostics.error(
            "expected a mapping of names to stages under `stages`, found \(node.describe)", at: node.location)
        return nil
    }

    private mutating func readStage(_ entry: YAMLMapping.Entry, named key: YAMLMapping.Key) {
        if !PipelineName.isStage(key.text) {
            diagnostics.error(
                "`\(key.text)` can't be the name of a stage", at: key.location,
                help: "a name is a letter, then letters, digits, `_` and `-`")
        }
        drafts.append(readStage(entry))
    }

    // MARK: - Parts

    /// Reports the unknown keys of a mapping. Returns the known keys that they were likely meant to be.
    mutating func checkKeys(of mapping: YAMLMapping, known: [String], in place: String) -> Set<String> {
        let lacking = known.filter { mapping[$0] == nil }
        var misspelt: Set<String> = []
        for key in mapping.entries.map(\.key) where !known.contains(key.text) {
            if let nearest = NearestName.find(key.text, among: lacking) { misspelt.insert(nearest) }
            diagnostics.error(
                "unknown key `\(key.text)` in \(place)", at: key.location,
                help: Diagnostic.help(forUnknown: key.text, among: known, as: "key"))
        }
        return misspelt
    }

    /// A single value as it is written, whatever it would mean elsewhere.
    mutating func readText(_ node: YAMLNode, of what: String) -> String? {
        guard let scalar = node.scalar, !node.isNull else {
            diagnostics.error("expected a text for `\(what)`, found \(node.describe)", at: node.location)
            return nil
        }
        guard !ReferenceText.holdsReference(scalar.text) else {
            diagnostics.error(
                "`$(…)` can't stand in `\(what)`", at: node.location,
                help: "it is filled in under `params` and under a stage's `from` and `with`")
            return nil
        }
        return scalar.text
    }
}
