import Diagnostics
import Foundation
import YAMLDocument

/// Gathers the parameters and stages of a pipeline's file and of the fragments that it includes.
struct IncludeReader {
    private enum Key: String, CaseIterable { case include, params, stages }
    private enum State { case open, done }

    /// Fragments in fragments, and fragments in all.
    static let maximumDepth = 16
    static let maximumFiles = 256

    var diagnostics = Diagnostics()
    private(set) var params = Part(noun: "parameter")
    private(set) var stages = Part(noun: "stage")
    /// Whether all could be read; if not, nothing can be said of a name that isn't there.
    private(set) var isComplete = true

    /// The fragments that were read, in that order.
    private(set) var files: [SourceText] = []

    private var states: [String: State] = [:]
    private var chain: [String] = []

    /// - Parameter path: the pipeline's own file, as messages show it.
    init(path: String) {
        states[Self.identity(of: path)] = .open
        chain = [path]
    }

    // MARK: - Merging

    /// What is gathered under one key of all files.
    struct Part {
        /// What one of the entries is, for messages.
        let noun: String
        /// The fragments' first, in the order of the lists, then the file's own.
        private(set) var entries: [YAMLMapping.Entry] = []
        private var places: [String: SourceLocation] = [:]

        init(noun: String) { self.noun = noun }

        /// Adds entries; those whose name is taken are reported.
        mutating func add(_ mapping: YAMLMapping, reportingTo diagnostics: inout Diagnostics) {
            for entry in mapping.entries {
                let key = entry.key
                guard let first = places.updateValue(key.location, forKey: key.text) else {
                    entries.append(entry)
                    continue
                }
                diagnostics.error(
                    "the \(noun) `\(key.text)` is defined twice", at: key.location,
                    help: "rename one of them, or leave one out",
                    notes: [Diagnostic.Note("`\(key.text)` is defined here as well", at: first)])
            }
        }
    }

    mutating func addParameters(_ mapping: YAMLMapping) { params.add(mapping, reportingTo: &diagnostics) }

    mutating func addStages(_ mapping: YAMLMapping) { stages.add(mapping, reportingTo: &diagnostics) }

    // MARK: - Files

    /// - Parameter node: what stands under `include`.
    mutating func include(_ node: YAMLNode?) {
        guard let node, !node.isNull else { return }
        guard let items = node.sequence else {
            isComplete = false
            diagnostics.error(
                "expected a list of files under `include`, found \(node.describe)", at: node.location,
                help: "write `include: [FILE]`")
            return
        }
        for item in items { includeFile(item) }
    }

    private mutating func includeFile(_ item: YAMLNode) {
        guard let name = item.asString, !name.isEmpty, !name.utf8.contains(0) else {
            isComplete = false
            diagnostics.error("expected a file's name under `include`, found \(item.describe)", at: item.location)
            return
        }
        guard !ReferenceText.holdsReference(name) else {
            isComplete = false
            diagnostics.error(
                "`$(…)` can't stand in `include`", at: item.location,
                help: "it is filled in under `params` and under a stage's `from` and `with`")
            return
        }
        let path = Self.path(of: name, besides: chain.last ?? "")
        let identity = Self.identity(of: path)
        switch states[identity] {
        case .done: return
        case .open:
            let start = chain.firstIndex { Self.identity(of: $0) == identity } ?? 0
            isComplete = false
            diagnostics.error(
                chain.count - start == 1
                    ? "the file `\(path)` includes itself"
                    : "the files \(CircleText.of(Array(chain[start...]))) include each other in a circle",
                at: item.location)
            return
        case nil: break
        }
        guard chain.count <= Self.maximumDepth, states.count <= Self.maximumFiles else {
            isComplete = false
            diagnostics.error(
                chain.count > Self.maximumDepth
                    ? "files include each other more than \(Self.maximumDepth) deep"
                    : "the pipeline includes more than \(Self.maximumFiles) files", at: item.location)
            return
        }
        states[identity] = .open
        defer { states[identity] = .done }
        do {
            let source = try SourceText.read(path, maximumBytes: YAMLLimits.default.bytes)
            files.append(source)
            chain.append(path)
            defer { chain.removeLast() }
            readFragment(source)
        } catch {
            isComplete = false
            for finding in error.diagnostics {
                diagnostics.error(
                    finding.message, at: finding.location ?? item.location,
                    help: Self.similarName(to: path).map { "its folder has a similar name: `\($0)`" } ?? finding.help)
            }
        }
    }

    private mutating func readFragment(_ source: SourceText) {
        let (root, findings) = YAMLDocument.parse(source)
        diagnostics.append(contentsOf: findings)
        guard let root else {
            isComplete = false
            return
        }
        guard let mapping = root.mapping else {
            isComplete = false
            diagnostics.error(
                "expected a fragment of a pipeline, found \(root.describe)", at: root.location,
                help: "a fragment has `params` and `stages`")
            return
        }
        let known = Key.allCases.map(\.rawValue)
        for key in mapping.entries.map(\.key) where !known.contains(key.text) {
            isComplete = false
            diagnostics.error(
                "unknown key `\(key.text)` in an included file", at: key.location,
                help: Diagnostic.help(forUnknown: key.text, among: known, as: "key"))
        }
        include(mapping["include"])
        if let part = part(mapping["params"], "names to values under `params`") { addParameters(part) }
        if let part = part(mapping["stages"], "names to stages under `stages`") { addStages(part) }
    }

    private mutating func part(_ node: YAMLNode?, _ what: String) -> YAMLMapping? {
        guard let node, !node.isNull else { return nil }
        if let mapping = node.mapping { return mapping }
        isComplete = false
        diagnostics.error("expected a mapping of \(what), found \(node.describe)", at: node.location)
        return nil
    }

    // MARK: - Paths

    private static func path(of name: String, besides file: String) -> String {
        guard !name.hasPrefix("/"), let slash = file.lastIndex(of: "/") else { return name }
        return String(file[...slash]) + name
    }

    /// The same for all spellings of a file's path.
    private static func identity(of path: String) -> String {
        URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath().path
    }

    private static func similarName(to path: String) -> String? {
        let url = URL(fileURLWithPath: path)
        guard !FileManager.default.fileExists(atPath: url.path) else { return nil }
        let names = try? FileManager.default.contentsOfDirectory(atPath: url.deletingLastPathComponent().path)
        return NearestName.find(url.lastPathComponent, among: (names ?? []).sorted())
    }
}
