/// A layout written out piece by piece, one for a text and one for a pair.
struct TemplateProcessing: PostProcessor {
    let single: Layout
    let pair: Layout

    /// Real templates have a handful.
    private static let maximumCount = 10_000

    private enum PieceKind: String, CaseIterable {
        case sequence = "Sequence"
        case special = "SpecialToken"
    }

    private enum SequenceName: String, CaseIterable {
        case first = "A"
        case second = "B"
    }

    init(_ node: JSONNode, _ tokens: TokenTable) throws(TokenizerError) {
        try node.allowKeys(["type", "single", "pair", "special_tokens"])
        let specials = try Self.specials(try node.member("special_tokens"), tokens)
        single = try Self.layout(try node.member("single"), ["A"], specials)
        pair = try Self.layout(try node.member("pair"), ["A", "B"], specials)
    }

    /// The ids behind each name: usually one, of the token so called.
    private static func specials(_ node: JSONNode, _ tokens: TokenTable) throws(TokenizerError) -> [String: [Int32]] {
        var specials: [String: [Int32]] = [:]
        for name in try node.members().keys.sorted() {
            let special = try node.member(name)
            try special.allowKeys(["id", "ids", "tokens"])
            let texts = try special.member("tokens").elements()
            var ids: [Int32] = []
            for id in try special.member("ids").elements() { ids.append(try id.tokenID()) }
            guard texts.count == ids.count else {
                throw special.error("\(ids.count) ids for \(texts.count) tokens; each token needs one")
            }
            for (text, id) in zip(texts, ids) { try tokens.check(try text.string(), hasID: id, at: text) }
            specials[name] = ids
        }
        return specials
    }

    /// - Parameter sequences: the texts that have to occur, each once; no others may.
    private static func layout(
        _ node: JSONNode, _ sequences: [String], _ specials: [String: [Int32]]
    ) throws(TokenizerError) -> Layout {
        var parts: [Layout.Part] = []
        var found: [String] = []
        for piece in try node.elements() {
            let keys = try piece.members().keys.sorted()
            guard keys.count == 1, let kind = PieceKind(rawValue: keys[0]) else {
                throw piece.error("expected an object with one key, `Sequence` or `SpecialToken`")
            }
            let content = try piece.member(kind.rawValue)
            try content.allowKeys(["id", "type_id"])
            let id = try content.member("id")
            let typeID = Int32(try content.member("type_id").integer(in: 0...Int(Int32.max)))
            switch kind {
            case .sequence:
                let name = try id.choice(SequenceName.self, called: "sequence")
                parts.append(name == .first ? .first(typeID: typeID) : .second(typeID: typeID))
                found.append(name.rawValue)
            case .special:
                guard let ids = specials[try id.string()] else {
                    throw id.error("`\(try id.string())` is not among post_processor.special_tokens; add it there")
                }
                guard parts.count + ids.count <= maximumCount else {
                    throw piece.error("a template of more than \(maximumCount) tokens is not supported")
                }
                parts += ids.map { .special(id: $0, typeID: typeID) }
            }
        }
        guard found.sorted() == sequences else {
            throw node.error("expected the sequence \(sequences.joined(separator: " and the sequence ")), each once")
        }
        return Layout(parts: parts)
    }
}
