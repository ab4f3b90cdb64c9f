/// SentencePiece's spelling of spaces by a character that can be seen, `▁`, before which words are cut.
struct Metaspace: PreTokenizer {
    enum PrependScheme: String, CaseIterable {
        /// Before each part that begins with none.
        case always
        /// Only before a part that begins the text.
        case first
        case never
    }

    private let replacement: [UInt8]
    private let scheme: PrependScheme
    private let cutsWords: Bool

    var needsSources: Bool { scheme == .first }

    init(_ node: JSONNode) throws(TokenizerError) {
        let setting = try MetaspaceSetting(node)
        replacement = Array(String(setting.replacement).utf8)
        scheme = setting.scheme
        cutsWords = setting.cutsWords
    }

    func split(_ workspace: inout Workspace) {
        let text = workspace.text
        let parts = workspace.words
        workspace.words = []
        workspace.words.reserveCapacity(text.bytes.count / 4)
        workspace.spare.removeAll()
        workspace.spare.reserveCapacity(text.bytes.count + text.bytes.count / 2 + replacement.count)
        for part in parts where !part.isEmpty {
            var start = workspace.spare.bytes.count
            if addsPrefix(text, part, workspace) {
                for byte in replacement {
                    workspace.spare.append(ascii: byte, source: text.source(at: part.lowerBound))
                }
            }
            var index = part.lowerBound
            while index < part.upperBound {
                let byte = text.bytes[index]
                let isReplacement = startsWithReplacement(text, index..<part.upperBound)
                if cutsWords, byte == ASCII.space || isReplacement, start < workspace.spare.bytes.count,
                    index > part.lowerBound
                {
                    workspace.words.append(start..<workspace.spare.bytes.count)
                    start = workspace.spare.bytes.count
                }
                if byte == ASCII.space {
                    for byte in replacement { workspace.spare.append(ascii: byte, source: text.source(at: index)) }
                    index += 1
                } else {
                    let length = UTF8Coding.length(ofScalarBeginningWith: byte)
                    workspace.spare.append(text, index..<index + length)
                    index += length
                }
            }
            workspace.words.append(start..<workspace.spare.bytes.count)
        }
        swap(&workspace.text, &workspace.spare)
    }

    private func addsPrefix(_ text: WorkingText, _ part: Range<Int>, _ workspace: Workspace) -> Bool {
        switch scheme {
        case .never: return false
        case .first:
            let isFirst =
                text.tracksSources
                ? text.originalRange(of: part).lowerBound == 0 : workspace.isAtStart && part.lowerBound == 0
            guard isFirst else { return false }
        case .always: break
        }
        return text.bytes[part.lowerBound] != ASCII.space && !startsWithReplacement(text, part)
    }

    @inline(__always)
    private func startsWithReplacement(_ text: WorkingText, _ part: Range<Int>) -> Bool {
        guard text.bytes[part.lowerBound] == replacement[0] else { return false }
        return text.bytes[part].starts(with: replacement)
    }
}

/// The settings that the pre-tokenizer and the decoder `Metaspace` share.
struct MetaspaceSetting {
    let replacement: Unicode.Scalar
    let scheme: Metaspace.PrependScheme
    let cutsWords: Bool

    init(_ node: JSONNode) throws(TokenizerError) {
        try node.allowKeys(["type", "replacement", "add_prefix_space", "prepend_scheme", "split", "str_rep"])
        replacement = try node.member("replacement").scalar()
        cutsWords = try node.optionalMember("split")?.bool() ?? true
        let written = try node.optionalMember("prepend_scheme")?.choice(
            Metaspace.PrependScheme.self, called: "scheme")
        // What files had before there were schemes.
        let addsPrefix = try node.optionalMember("add_prefix_space")
        if let addsPrefix, try !addsPrefix.bool() {
            guard written == .never else {
                throw addsPrefix.error("false contradicts the prepend_scheme `\((written ?? .always).rawValue)`")
            }
        }
        scheme = written ?? .always
    }
}
