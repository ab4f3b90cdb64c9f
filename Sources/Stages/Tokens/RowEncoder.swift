import Foundation
import StageInterface
import Tokenizers
import Training

/// Makes token ids of rows, and of what they teach.
struct RowEncoder {
    let tokenizer: Tokenizer
    let kind: TargetKind
    /// The most tokens of a row; a row and its answer together.
    let maximumLength: Int
    /// The most tokens of an answer.
    let maximumAnswerLength: Int

    /// The rows' tokens, and how many rows were cut.
    func encode(_ rows: [DatasetFile.StoredRow]) throws -> (examples: [TokenizedExample], cut: Int) {
        switch kind {
        case .label, .labels, .number: try encodeTexts(rows)
        case .tags: try encodeWords(rows)
        case .answer: try encodeAnswers(rows)
        case .turns: try encodeTurns(rows)
        case .none: try encodeEndingTexts(rows)
        }
    }

    private func encodeTexts(_ rows: [DatasetFile.StoredRow]) throws -> ([TokenizedExample], Int) {
        let pairs = rows.contains { $0.pair != nil } ? rows.map { $0.pair ?? "" } : nil
        let (encodings, cut) = try cutEncodings(of: rows, pairs: pairs)
        let examples = zip(rows, encodings).map { row, encoding in
            let target: TokenizedTarget =
                switch row.target {
                case .label(let label): .label(label)
                case .labels(let labels): .labels(labels)
                case .numbers(let numbers): .numbers(numbers.map(Float.init))
                case .none, .tags, .answer, .turns: .none
                }
            return TokenizedExample(
                id: row.id, tokenIDs: encoding.ids, typeIDs: pairs == nil ? nil : encoding.typeIDs, target: target)
        }
        return (examples, cut)
    }

    /// The rows' texts, the longer ones cut, and how many those are.
    private func cutEncodings(
        of rows: [DatasetFile.StoredRow], pairs: [String]? = nil, withOffsets: Bool = false
    ) throws -> (encodings: [Encoding], cut: Int) {
        var encodings = try tokenizer.encodeBatch(rows.map(\.text), pairs: pairs, withOffsets: withOffsets)
        let long = encodings.indices.filter { encodings[$0].ids.count > maximumLength }
        let cut = try tokenizer.encodeBatch(
            long.map { rows[$0].text }, pairs: pairs.map { pairs in long.map { pairs[$0] } },
            maximumLength: maximumLength, withOffsets: withOffsets)
        for (index, encoding) in zip(long, cut) { encodings[index] = encoding }
        return (encodings, long.count)
    }

    // MARK: - Tags

    /// A word's tag goes to the first of its tokens; the others learn nothing.
    private func encodeWords(_ rows: [DatasetFile.StoredRow]) throws -> ([TokenizedExample], Int) {
        let (encodings, cut) = try cutEncodings(of: rows, withOffsets: true)
        let examples = zip(rows, encodings).map { row, encoding in
            guard case .tags(let tags) = row.target else {
                return TokenizedExample(id: row.id, tokenIDs: encoding.ids)
            }
            let words = Self.wordRanges(of: row.text)
            var word = 0
            var tagged = -1
            let labels = encoding.ids.indices.map { place -> Int32 in
                guard !encoding.specialTokensMask[place], let range = encoding.offsets?[place], !range.isEmpty else {
                    return Int32(TaskLoss.ignored)
                }
                while word < words.count, words[word].upperBound <= range.lowerBound { word += 1 }
                // Some tokenizers count the space before a word as its own.
                guard word < words.count, words[word].lowerBound < range.upperBound, tagged != word else {
                    return Int32(TaskLoss.ignored)
                }
                tagged = word
                return Int32(tags[word])
            }
            return TokenizedExample(id: row.id, tokenIDs: encoding.ids, target: .tags(labels))
        }
        return (examples, cut)
    }

    /// The places of words, in Unicode scalars.
    private static func wordRanges(of text: String) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var start: Int?
        for (place, scalar) in text.unicodeScalars.enumerated() {
            if scalar.properties.isWhitespace {
                if let begun = start { ranges.append(begun..<place) }
                start = nil
            } else if start == nil {
                start = place
            }
        }
        if let start { ranges.append(start..<text.unicodeScalars.count) }
        return ranges
    }

    // MARK: - Language

    /// Texts, each with the token that ends one, so that a model learns to stop.
    private func encodeEndingTexts(_ rows: [DatasetFile.StoredRow]) throws -> ([TokenizedExample], Int) {
        var cut = 0
        let examples = try zip(rows, tokenizer.encodeBatch(rows.map(\.text))).map { row, encoding in
            var ids = encoding.ids
            if let end = tokenizer.endID, ids.last != end { ids.append(end) }
            if ids.count > maximumLength { cut += 1 }
            return TokenizedExample(id: row.id, tokenIDs: Array(ids.prefix(maximumLength)))
        }
        return (examples, cut)
    }

    /// Conversations, of which each token that has a part in what the assistant says is learned. The template has written
    /// all special tokens. A conversation loses its end, and one of which nothing is left to learn is left out.
    private func encodeTurns(_ rows: [DatasetFile.StoredRow]) throws -> ([TokenizedExample], Int) {
        let encodings = try tokenizer.encodeBatch(rows.map(\.text), addSpecialTokens: false, withOffsets: true)
        var examples: [TokenizedExample] = []
        var cut = 0
        for (row, encoding) in zip(rows, encodings) {
            guard case .turns(let turns, _) = row.target else { continue }
            if encoding.ids.count > maximumLength { cut += 1 }
            let labels = encoding.ids.indices.prefix(maximumLength).map { place -> Int32 in
                let range = encoding.offsets?[place] ?? 0..<0
                return turns.contains { $0.overlaps(range) } ? encoding.ids[place] : Int32(TaskLoss.ignored)
            }
            guard labels.contains(where: { $0 != TaskLoss.ignored }) else { continue }
            examples.append(
                TokenizedExample(
                    id: row.id, tokenIDs: Array(encoding.ids.prefix(maximumLength)), target: .turns(labels)))
        }
        return (examples, cut)
    }

    /// Texts and answers. Where both are too long, the answer keeps its own limit and the text loses its end.
    private func encodeAnswers(_ rows: [DatasetFile.StoredRow]) throws -> ([TokenizedExample], Int) {
        guard let end = tokenizer.endID else {
            throw StageFailure(
                "the tokenizer names no token that ends a text",
                help: "write `eos_token` into the tokenizer's tokenizer_config.json", place: .parameter(["tokenizer"]))
        }
        let answers = try tokenizer.encodeBatch(rows.map(\.answer), addSpecialTokens: false)
        let texts = try tokenizer.encodeBatch(rows.map(\.text))
        var examples: [TokenizedExample] = []
        var cut = 0
        for (index, row) in rows.enumerated() {
            let answer = Array(answers[index].ids.prefix(maximumAnswerLength - 1)) + [end]
            let room = maximumLength - answer.count
            var ids = texts[index].ids
            if ids.count > room { ids = try tokenizer.encode(row.text, maximumLength: room).ids }
            if ids.count < texts[index].ids.count || answer.count <= answers[index].ids.count { cut += 1 }
            examples.append(TokenizedExample(id: row.id, tokenIDs: ids, target: .answer(answer)))
        }
        return (examples, cut)
    }
}

extension DatasetFile.StoredRow {
    fileprivate var answer: String { if case .answer(let answer) = target { answer } else { "" } }
}
