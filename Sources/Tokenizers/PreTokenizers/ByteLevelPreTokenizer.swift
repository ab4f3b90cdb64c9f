/// GPT-2's cutting into words, and its spelling of their bytes by characters (``ByteAlphabet``).
///
/// The words are the matches of
///
///     's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
///
/// which is a walk over four classes of characters. It is written out rather than given to a regular expression
/// library, whose Unicode version, and with it the ids, would be the machine's.
struct ByteLevelPreTokenizer: PreTokenizer {
    private let addsPrefixSpace: Bool
    private let cutsWords: Bool

    private enum Class { case letter, number, whitespace, other }

    /// The class of each ASCII byte.
    private let ascii: [Class] = (UInt8(0)..<0x80).map { byte in
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): .number
        case _ where ASCII.isAlphanumeric(byte): .letter
        case _ where ASCII.isWhitespace(byte): .whitespace
        default: .other
        }
    }

    init(addsPrefixSpace: Bool, cutsWords: Bool = true) {
        self.addsPrefixSpace = addsPrefixSpace
        self.cutsWords = cutsWords
    }

    init(_ node: JSONNode) throws(TokenizerError) {
        try node.allowKeys(["type", "add_prefix_space", "trim_offsets", "use_regex"])
        _ = try node.member("trim_offsets").bool()
        self.init(
            addsPrefixSpace: try node.member("add_prefix_space").bool(),
            cutsWords: try node.optionalMember("use_regex")?.bool() ?? true)
    }

    func split(_ workspace: inout Workspace) {
        if addsPrefixSpace { prependSpaces(&workspace) }
        if cutsWords { cutWords(&workspace) }
        spellBytes(&workspace)
    }

    /// Puts a space before each part that begins with none.
    private func prependSpaces(_ workspace: inout Workspace) {
        let text = workspace.text
        workspace.spare.removeAll()
        for index in workspace.words.indices {
            let part = workspace.words[index]
            let start = workspace.spare.bytes.count
            if !part.isEmpty, text.bytes[part.lowerBound] != ASCII.space {
                workspace.spare.append(ascii: ASCII.space, source: text.source(at: part.lowerBound))
            }
            for index in part { workspace.spare.append(ascii: text.bytes[index], source: text.source(at: index)) }
            workspace.words[index] = start..<workspace.spare.bytes.count
        }
        swap(&workspace.text, &workspace.spare)
    }

    /// Writes each byte of the words as its character.
    private func spellBytes(_ workspace: inout Workspace) {
        let text = workspace.text
        workspace.spare.removeAll()
        workspace.spare.reserveCapacity(text.bytes.count + text.bytes.count / 2)
        for index in workspace.words.indices {
            let start = workspace.spare.bytes.count
            for index in workspace.words[index] {
                workspace.spare.append(
                    ByteAlphabet.scalars[Int(text.bytes[index])], source: text.source(at: index))
            }
            workspace.words[index] = start..<workspace.spare.bytes.count
        }
        swap(&workspace.text, &workspace.spare)
    }

    // MARK: Words

    private func cutWords(_ workspace: inout Workspace) {
        let text = workspace.text
        let bytes = text.bytes.span
        let parts = workspace.words
        workspace.words = []
        workspace.words.reserveCapacity(bytes.count / 4)
        for part in parts {
            var start = part.lowerBound
            while start < part.upperBound {
                let end = endOfWord(bytes, start..<part.upperBound, &workspace.scalars)
                workspace.words.append(start..<end)
                start = end
            }
        }
    }

    /// Where the word ends that begins with `rest`, which is not empty.
    private func endOfWord(_ bytes: Span<UInt8>, _ rest: Range<Int>, _ cache: inout ScalarCache) -> Int {
        if let end = endOfContraction(bytes, rest) { return end }
        let begin = bytes[rest.lowerBound] == ASCII.space ? rest.lowerBound + 1 : rest.lowerBound
        if begin < rest.upperBound {
            let first = classify(bytes, at: begin, &cache)
            if first.class != .whitespace {
                return endOfRun(of: first.class, bytes, begin + first.length..<rest.upperBound, &cache).end
            }
        }
        let run = endOfRun(of: .whitespace, bytes, rest, &cache)
        // The last space goes with the word that follows, unless it is the only one.
        return run.end == rest.upperBound || run.lastStart == rest.lowerBound ? run.end : run.lastStart
    }

    private func endOfContraction(_ bytes: Span<UInt8>, _ rest: Range<Int>) -> Int? {
        guard bytes[rest.lowerBound] == UInt8(ascii: "'"), rest.count > 1 else { return nil }
        let first = bytes[rest.lowerBound + 1]
        switch first {
        case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"): return rest.lowerBound + 2
        case UInt8(ascii: "r"), UInt8(ascii: "v"), UInt8(ascii: "l"):
            guard rest.count > 2 else { return nil }
            let second = first == UInt8(ascii: "l") ? UInt8(ascii: "l") : UInt8(ascii: "e")
            return bytes[rest.lowerBound + 2] == second ? rest.lowerBound + 3 : nil
        default: return nil
        }
    }

    /// Where a run of one class ends, and where its last character begins.
    private func endOfRun(
        of kind: Class, _ bytes: Span<UInt8>, _ rest: Range<Int>, _ cache: inout ScalarCache
    ) -> (end: Int, lastStart: Int) {
        var end = rest.lowerBound
        var lastStart = end
        while end < rest.upperBound {
            let next = classify(bytes, at: end, &cache)
            if next.class != kind { break }
            lastStart = end
            end += next.length
        }
        return (end, lastStart)
    }

    @inline(__always)
    private func classify(
        _ bytes: Span<UInt8>, at index: Int, _ cache: inout ScalarCache
    ) -> (class: Class, length: Int) {
        let byte = bytes[index]
        if byte < 0x80 { return (ascii[Int(byte)], 1) }
        let (scalar, length) = UTF8Coding.decode(bytes, at: index)
        let flags = cache.facts(of: scalar).flags
        if flags.contains(.letter) { return (.letter, length) }
        if flags.contains(.number) { return (.number, length) }
        return (flags.contains(.whitespace) ? .whitespace : .other, length)
    }
}
