import Diagnostics

/// Makes a tree of a parser's events and collects what is wrong with it.
struct YAMLTreeBuilder {
    private(set) var diagnostics: [Diagnostic] = []

    let source: SourceText
    private let parser: YAMLEventParser
    private let limits: YAMLLimits
    private var cursor: UTF8Cursor
    private var anchors: [String: Anchor] = [:]

    /// The nodes so far, aliases counted as what they stand for.
    private var nodeCount = 0

    /// Whether a part of the tree is missing.
    private var isDamaged = false

    /// A node and the number of collections inside one another in it.
    private struct Tree {
        var node: YAMLNode
        var depth: Int
    }

    private enum Anchor {
        /// The anchor's value is still being read.
        case open
        case closed(Tree, nodes: Int)
    }

    /// Why reading stops before the end.
    private enum Stop: Error {
        case syntax(YAMLSyntaxError)
        case limit(Diagnostic)
    }

    init(source: SourceText, text: UnsafeBufferPointer<UInt8>, parser: YAMLEventParser, limits: YAMLLimits) {
        self.source = source
        self.parser = parser
        self.limits = limits
        self.cursor = UTF8Cursor(text)
    }

    // MARK: Documents

    mutating func buildDocument() -> YAMLNode? {
        do throws(Stop) {
            return try document()
        } catch {
            switch error {
            case .syntax(let error): diagnostics.append(error.diagnostic(in: source))
            case .limit(let diagnostic): diagnostics.append(diagnostic)
            }
            return nil
        }
    }

    private mutating func document() throws(Stop) -> YAMLNode? {
        _ = try next()
        guard case .documentStart = try next().kind else { return emptyDocument() }
        let content = try next()
        if case .scalar(let text, .plain) = content.kind, text.isEmpty, content.tag == nil { return emptyDocument() }
        let tree = try build(content, depth: 0)
        _ = try next()
        let following = try next()
        if case .documentStart = following.kind {
            try report(
                .error(
                    "a second document starts here, expected the end of the file",
                    at: source.location(ofScalars: following.scalars), help: "keep one document in one file"))
        }
        return isDamaged ? nil : tree?.node
    }

    private mutating func emptyDocument() -> YAMLNode? {
        diagnostics.append(.error("the document is empty", at: source.location(line: 1, column: 1)))
        return nil
    }

    // MARK: Nodes

    /// The tree that starts with this event. nil if it can't be had; that is reported then.
    private mutating func build(_ event: YAMLEvent, depth: Int, isKey: Bool = false) throws(Stop) -> Tree? {
        if case .alias(let name) = event.kind { return try resolve(name, at: event, depth: depth) }

        let nodesBefore = nodeCount
        try count(1, at: event)
        if let anchor = event.anchor { anchors[anchor] = .open }
        let tree: Tree?
        switch event.kind {
        case .scalar(let text, let style):
            tree = try scalar(text, style, event, isKey: isKey).map { Tree(node: $0, depth: 0) }
        case .sequenceStart(let isFlow): tree = try sequence(event, isFlow: isFlow, depth: depth + 1)
        case .mappingStart(let isFlow): tree = try mapping(event, isFlow: isFlow, depth: depth + 1)
        default: tree = nil
        }
        guard let tree else {
            isDamaged = true
            return nil
        }
        if let anchor = event.anchor { anchors[anchor] = .closed(tree, nodes: nodeCount - nodesBefore) }
        return tree
    }

    private mutating func resolve(_ name: String, at event: YAMLEvent, depth: Int) throws(Stop) -> Tree? {
        let place = source.location(ofScalars: event.scalars)
        switch anchors[name] {
        case .closed(var tree, let nodes):
            try count(nodes, at: event)
            try checkDepth(depth + tree.depth, at: event)
            tree.node.alias = place
            return tree
        case .open:
            try report(.error("`*\(name)` stands inside the value that it stands for", at: place))
        case nil:
            let known = anchors.keys.sorted()
            let nearest = NearestName.find(name, among: known)
            try report(
                .error(
                    "no anchor `&\(name)` stands in front of this alias", at: place,
                    help: nearest.map { "an anchor with a similar name exists: `&\($0)`" }
                        ?? "put a text that starts with `*` in quotes"))
        }
        isDamaged = true
        return nil
    }

    private mutating func sequence(_ start: YAMLEvent, isFlow: Bool, depth: Int) throws(Stop) -> Tree? {
        try checkDepth(depth, at: start)
        let isAllowed = try checkTag(of: start, is: CoreTag.sequence)
        let first = properties(of: start).content
        var elements: [YAMLNode] = []
        var height = 0
        while true {
            let event = try next()
            if case .sequenceEnd = event.kind {
                let end = isFlow ? event.scalars.upperBound : first + 1
                let place = source.location(ofScalars: first..<max(first + 1, end))
                return isAllowed ? Tree(node: YAMLNode(.sequence(elements), at: place), depth: height + 1) : nil
            }
            if let element = try build(event, depth: depth) {
                elements.append(element.node)
                height = max(height, element.depth)
            }
        }
    }

    private mutating func mapping(_ start: YAMLEvent, isFlow: Bool, depth: Int) throws(Stop) -> Tree? {
        try checkDepth(depth, at: start)
        let isAllowed = try checkTag(of: start, is: CoreTag.mapping)
        let first = properties(of: start).content
        var assembly = MappingAssembly()
        var firstKey: SourceLocation?
        var height = 0
        while true {
            let keyEvent = try next()
            if case .mappingEnd = keyEvent.kind {
                let whole = source.location(ofScalars: first..<max(first + 1, keyEvent.scalars.upperBound))
                let place = isFlow ? whole : firstKey ?? source.location(ofScalars: first..<first + 1)
                let node = YAMLNode(.mapping(assembly.mapping), at: place)
                return isAllowed ? Tree(node: node, depth: height + 1) : nil
            }
            let keyNode = try build(keyEvent, depth: depth, isKey: true)?.node
            if firstKey == nil { firstKey = keyNode.map { $0.alias ?? $0.location } }
            let value = try build(try next(), depth: depth)
            height = max(height, value?.depth ?? 0)
            guard let keyNode, let key = try key(keyNode), let value else { continue }
            if let problem = assembly.add(key, isMerge: isMergeKey(keyEvent), value: value.node) {
                try report(problem)
            }
        }
    }

    private func isMergeKey(_ event: YAMLEvent) -> Bool {
        if case .scalar(let text, .plain) = event.kind {
            event.tag == nil && text.elementsEqual("<<".utf8)
        } else {
            false
        }
    }

    private mutating func key(_ node: YAMLNode) throws(Stop) -> YAMLMapping.Key? {
        let place = node.alias ?? node.location
        guard let scalar = node.scalar else {
            try report(
                .error(
                    "expected a key, found \(node.describe)", at: place,
                    help: "put a text that starts with `{` or `[` in quotes"))
            isDamaged = true
            return nil
        }
        guard !scalar.text.isEmpty || scalar.style != .plain else {
            try report(.error("expected a key in front of `:`", at: place))
            return nil
        }
        return YAMLMapping.Key(scalar.text, at: place)
    }

    // MARK: Scalars

    private mutating func scalar(
        _ bytes: [UInt8], _ style: YAMLScalar.Style, _ event: YAMLEvent, isKey: Bool
    ) throws(Stop) -> YAMLNode? {
        let start = properties(of: event).content
        let place = source.location(ofScalars: start..<event.scalars.upperBound)
        let text = String(decoding: bytes, as: UTF8.self)
        guard !bytes.contains(0) else {
            try report(.error("a text cannot hold the character U+0000", at: place, help: "remove the escape"))
            return nil
        }
        do throws(CoreTag.Mismatch) {
            // A key is a text, whatever number it looks like.
            let isText = isKey && event.tag == nil
            let value = isText ? .text(text) : try CoreTag.value(of: text, style: style, tag: event.tag)
            let scalar = YAMLScalar(
                text, value: value, style: style, textLocation: textLocation(of: bytes, style, from: start, event))
            return YAMLNode(.scalar(scalar), at: place)
        } catch {
            try report(.error(error.message, at: error.isTag ? tagLocation(of: event) : place, help: error.help))
            return nil
        }
    }

    /// Where the text of a scalar stands, if it stands there as it reads.
    private mutating func textLocation(
        of text: [UInt8], _ style: YAMLScalar.Style, from start: Int, _ event: YAMLEvent
    ) -> SourceLocation? {
        var range = start..<event.scalars.upperBound
        switch style {
        case .plain: break
        case .singleQuoted, .doubleQuoted:
            guard range.count >= 2 else { return nil }
            range = range.lowerBound + 1..<range.upperBound - 1
        case .literal, .folded: return nil
        }
        guard cursor.bytes(ofScalars: range).elementsEqual(text) else { return nil }
        return source.location(ofScalars: range)
    }

    // MARK: Anchors and tags

    private mutating func properties(of event: YAMLEvent) -> NodeProperties {
        guard event.anchor != nil || event.tag != nil else {
            return NodeProperties(content: event.scalars.lowerBound)
        }
        let text = String(decoding: cursor.bytes(ofScalars: event.scalars), as: UTF8.self)
        return NodeProperties(readFrom: text, at: event.scalars.lowerBound)
    }

    private mutating func tagLocation(of event: YAMLEvent) -> SourceLocation {
        source.location(ofScalars: properties(of: event).tag ?? event.scalars)
    }

    private mutating func checkTag(of event: YAMLEvent, is expected: String) throws(Stop) -> Bool {
        guard let tag = event.tag, tag != "!", tag != expected else { return true }
        let mismatch = CoreTag.Mismatch.unsupported(tag)
        try report(.error(mismatch.message, at: tagLocation(of: event), help: mismatch.help))
        return false
    }

    // MARK: Limits

    private mutating func next() throws(Stop) -> YAMLEvent {
        do throws(YAMLSyntaxError) { return try parser.next() } catch { throw .syntax(error) }
    }

    private mutating func report(_ diagnostic: Diagnostic) throws(Stop) {
        // Past this many the rest would only bury them.
        guard diagnostics.count < Self.mostDiagnostics else {
            throw .limit(.error("there are more errors than these \(Self.mostDiagnostics)"))
        }
        diagnostics.append(diagnostic)
    }

    private static let mostDiagnostics = 100

    private mutating func count(_ nodes: Int, at event: YAMLEvent) throws(Stop) {
        nodeCount += nodes
        guard nodeCount <= limits.nodes else {
            throw .limit(
                .error(
                    "the document has more than \(limits.nodes) values, aliases counted as what they stand for",
                    at: source.location(ofScalars: event.scalars)))
        }
    }

    private func checkDepth(_ depth: Int, at event: YAMLEvent) throws(Stop) {
        guard depth <= limits.depth else {
            throw .limit(
                .error(
                    "more than \(limits.depth) lists and mappings inside one another",
                    at: source.location(ofScalars: event.scalars)))
        }
    }
}
