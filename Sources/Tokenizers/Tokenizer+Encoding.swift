extension Tokenizer {
    /// Turns a text, or a pair of texts, into a model's input.
    ///
    /// - Parameters:
    ///   - pair: the second text, for a model that takes two.
    ///   - addSpecialTokens: whether the tokens of the file's template, as `[CLS]` and `[SEP]`, are put in.
    ///   - maximumLength: how many tokens the result has at most, special ones included. Of a longer text the end goes;
    ///     of a pair first the end of the longer text, then of both, until each has half. Special tokens stay.
    ///   - withOffsets: whether ``Encoding/offsets`` are wanted, which takes longer.
    /// - Throws: ``TokenizerError`` where `maximumLength` leaves no room for the special tokens.
    package func encode(
        _ text: String, pair: String? = nil, addSpecialTokens: Bool = true, maximumLength: Int? = nil,
        withOffsets: Bool = false
    ) throws(TokenizerError) -> Encoding {
        var workspace = workspace(withOffsets: withOffsets)
        return try encode(
            text, pair: pair, addSpecialTokens: addSpecialTokens,
            truncation: maximumLength.map { TruncationSetting(maximumLength: $0) }, withOffsets: withOffsets, &workspace
        )
    }

    /// The same, with a choice of what a longer text loses.
    ///
    /// - Throws: ``TokenizerError`` where the special tokens, or a text that is not to be cut, leave no room.
    package func encode(
        _ text: String, pair: String? = nil, addSpecialTokens: Bool = true, truncation: TruncationSetting,
        withOffsets: Bool = false
    ) throws(TokenizerError) -> Encoding {
        var workspace = workspace(withOffsets: withOffsets)
        return try encode(
            text, pair: pair, addSpecialTokens: addSpecialTokens, truncation: truncation, withOffsets: withOffsets,
            &workspace)
    }

    /// What encoding works in, for one thread and many texts.
    func workspace(withOffsets: Bool) -> Workspace {
        Workspace(tracksSources: withOffsets || pipeline.needsSources)
    }

    func encode(
        _ text: String, pair: String?, addSpecialTokens: Bool, truncation: TruncationSetting?,
        withOffsets: Bool, _ workspace: inout Workspace
    ) throws(TokenizerError) -> Encoding {
        let layout = layout(isPair: pair != nil)
        let specialCount = addSpecialTokens ? layout.specialCount : 0
        if let truncation, truncation.maximumLength < specialCount {
            _ = try truncation.counts(0, 0, specialCount: specialCount)
        }
        var first = try tokens(of: text, &workspace)
        var second = TextTokens()
        if let pair { second = try tokens(of: pair, &workspace) }
        if let truncation {
            let (firstCount, secondCount) = try truncation.counts(
                first.ids.count, pair == nil ? nil : second.ids.count, specialCount: specialCount)
            first.truncate(to: firstCount, truncation.direction)
            second.truncate(to: secondCount, truncation.direction)
        }
        first.settleOffsets()
        second.settleOffsets()
        return Self.assemble(
            layout, first, second, addSpecialTokens: addSpecialTokens, withOffsets: withOffsets)
    }

    private func layout(isPair: Bool) -> Layout {
        if isPair { return pipeline.postProcessor?.pair ?? .plainPair }
        return pipeline.postProcessor?.single ?? .plainSingle
    }

    private static func assemble(
        _ layout: Layout, _ first: TextTokens, _ second: TextTokens, addSpecialTokens: Bool, withOffsets: Bool
    ) -> Encoding {
        var encoding = Encoding()
        let count = first.ids.count + second.ids.count + layout.parts.count
        encoding.ids.reserveCapacity(count)
        encoding.typeIDs.reserveCapacity(count)
        encoding.specialTokensMask.reserveCapacity(count)
        if withOffsets { encoding.offsets = [] }
        for part in layout.parts {
            switch part {
            case .first(let typeID): encoding.append(first, typeID: typeID)
            case .second(let typeID): encoding.append(second, typeID: typeID)
            case .special(let id, let typeID):
                if addSpecialTokens { encoding.append(special: id, typeID: typeID) }
            }
        }
        return encoding
    }

    // MARK: One text

    /// The tokens of one text, before special ones are put around it.
    private func tokens(of text: String, _ workspace: inout Workspace) throws(TokenizerError) -> TextTokens {
        // A copy of the bytes, for a string need not hold them in one piece.
        let bytes = Array(text.utf8)
        workspace.originalSize = bytes.count
        var result = TextTokens()
        result.ids.reserveCapacity(bytes.count / 4)
        var scalarsBefore = 0
        let tracksSources = workspace.text.tracksSources
        try finder.forEachPart(of: bytes.span) { part throws(TokenizerError) in
            let scalars = tracksSources ? UTF8Coding.scalarCount(bytes.span, part.range) : 0
            if let id = part.id {
                result.append(id)
                if tracksSources {
                    appendOffsets(scalarsBefore..<scalarsBefore + scalars, bytes[part.range], to: &result)
                }
            } else {
                workspace.isAtStart = part.range.lowerBound == 0
                workspace.firstScalar = scalarsBefore
                workspace.text.reset(to: bytes.span, part.range, firstScalar: scalarsBefore)
                try appendTokens(of: &workspace, to: &result)
            }
            scalarsBefore += scalars
        }
        return result
    }

    /// Appends the tokens of `workspace.text`, a part of a text without added tokens that are sought as they are.
    private func appendTokens(of workspace: inout Workspace, to result: inout TextTokens) throws(TokenizerError) {
        try pipeline.normalizer?.normalize(&workspace)
        if !normalizedFinder.isEmpty {
            let normalized = workspace.text
            let isAtStart = workspace.isAtStart
            var parts: [AddedTokenFinder.Part] = []
            try normalizedFinder.forEachPart(of: normalized.bytes.span) { parts.append($0) }
            for part in parts {
                if let id = part.id {
                    result.append(id)
                    if normalized.tracksSources {
                        appendOffsets(
                            normalized.originalRange(of: part.range), normalized.bytes[part.range], to: &result)
                    }
                } else {
                    workspace.isAtStart = isAtStart && part.range.lowerBound == 0
                    workspace.text.reset(to: normalized, part.range)
                    try appendWords(of: &workspace, to: &result)
                }
            }
        } else {
            try appendWords(of: &workspace, to: &result)
        }
    }

    private func appendWords(of workspace: inout Workspace, to result: inout TextTokens) throws(TokenizerError) {
        guard !workspace.text.bytes.isEmpty else { return }
        workspace.words.removeAll(keepingCapacity: true)
        workspace.words.append(workspace.text.bytes.indices)
        try pipeline.preTokenizer?.split(&workspace)
        workspace.pieces.removeAll()
        let text = workspace.text
        for word in workspace.words {
            try pipeline.model.tokenize(text.bytes.span, word, &workspace)
        }
        result.ids += workspace.pieces.ids
        guard text.tracksSources else { return }
        for (id, range) in zip(workspace.pieces.ids, workspace.pieces.ranges) {
            appendOffsets(text.originalRange(of: range), pipeline.model.vocabulary.token(of: id) ?? [], to: &result)
        }
    }

    /// - Parameter token: the token's text, or what was found for an added one.
    private func appendOffsets(_ offsets: Range<Int>, _ token: ArraySlice<UInt8>, to result: inout TextTokens) {
        let trimmings = pipeline.postProcessor?.offsetTrimmings ?? []
        guard !trimmings.isEmpty else { return result.offsets.append(offsets) }
        result.offsetsIfFirst.append(trimmings.reduce(offsets) { $1.trim($0, token: token, isFirst: true) })
        result.offsets.append(trimmings.reduce(offsets) { $1.trim($0, token: token, isFirst: false) })
    }
}

/// The tokens of one text.
private struct TextTokens {
    var ids: [Int32] = []
    /// Empty unless asked for.
    var offsets: [Range<Int>] = []
    /// What the offsets of each token would be if it came first; empty where that makes no difference.
    var offsetsIfFirst: [Range<Int>] = []

    mutating func append(_ id: Int32) { ids.append(id) }

    mutating func truncate(to count: Int, _ direction: TextDirection) {
        let excess = ids.count - count
        guard excess > 0 else { return }
        func truncate<Element>(_ array: inout [Element]) {
            guard !array.isEmpty else { return }
            if direction == .left { array.removeFirst(excess) } else { array.removeLast(excess) }
        }
        truncate(&ids)
        truncate(&offsets)
        truncate(&offsetsIfFirst)
    }

    /// Tells the first token that it is the first.
    mutating func settleOffsets() {
        if let first = offsetsIfFirst.first { offsets[0] = first }
    }
}

extension Encoding {
    fileprivate mutating func append(_ tokens: TextTokens, typeID: Int32) {
        ids += tokens.ids
        typeIDs += repeatElement(typeID, count: tokens.ids.count)
        specialTokensMask += repeatElement(false, count: tokens.ids.count)
        offsets?.append(contentsOf: tokens.offsets)
    }

    fileprivate mutating func append(special id: Int32, typeID: Int32) {
        ids.append(id)
        typeIDs.append(typeID)
        specialTokensMask.append(true)
        offsets?.append(0..<0)
    }
}
