package import JSONValues

/// Learns a byte-level BPE (Sennrich, Haddow and Birch 2016, arXiv:1508.07909) from texts: the pair of neighbours that
/// occurs most often becomes a token, again and again.
///
/// The vocabulary is that of the library tokenizers' `BpeTrainer` with the alphabet of all bytes: special tokens, bytes by
/// their characters, then merges; of pairs that are as frequent, the one of the lower ids goes first.
package struct BytePairTrainer {
    private struct Pair: Hashable {
        let left: Int32
        let right: Int32
    }

    private struct Word {
        var tokens: [Int32]
        let count: Int
    }

    /// By id.
    package private(set) var tokens: [String]
    package private(set) var merges: [(left: String, right: String)] = []
    private let specialTokens: [String]

    /// - Parameters:
    ///   - vocabularySize: how many tokens there are at most; not below those of bytes.
    package init(texts: [String], vocabularySize: Int, specialTokens: [String]) {
        self.specialTokens = specialTokens
        let alphabet = ByteAlphabet.scalars.sorted().compactMap(Unicode.Scalar.init).map { String($0) }
        tokens = specialTokens + alphabet
        var ids: [String: Int32] = [:]
        for (id, token) in tokens.enumerated() where ids[token] == nil { ids[token] = Int32(id) }
        var words = Self.words(of: texts).map { word, count in
            Word(tokens: word.unicodeScalars.map { ids[String($0)] ?? 0 }, count: count)
        }
        learn(&words, until: vocabularySize)
    }

    /// How often each word occurs, spelled by the characters of its bytes, sorted.
    private static func words(of texts: [String]) -> [(String, Int)] {
        var counts: [String: Int] = [:]
        let cutter = ByteLevelPreTokenizer(addsPrefixSpace: false)
        var workspace = Workspace(tracksSources: false)
        for text in texts {
            workspace.text.reset(to: text)
            workspace.words = [0..<workspace.text.bytes.count]
            cutter.split(&workspace)
            for word in workspace.words {
                counts[String(decoding: Array(workspace.text.bytes[word]), as: UTF8.self), default: 0] += 1
            }
        }
        return counts.sorted { $0.key < $1.key }
    }

    private mutating func learn(_ words: inout [Word], until size: Int) {
        var counts: [Pair: Int] = [:]
        /// Words in which a pair may occur.
        var places: [Pair: Set<Int>] = [:]
        for (index, word) in words.enumerated() {
            for pair in Self.pairs(of: word.tokens) {
                counts[pair, default: 0] += word.count
                places[pair, default: []].insert(index)
            }
        }
        while tokens.count < size, let (best, count) = Self.mostFrequent(counts), count > 0 {
            let id = Int32(tokens.count)
            let (left, right) = (tokens[Int(best.left)], tokens[Int(best.right)])
            tokens.append(left + right)
            merges.append((left, right))
            for index in places.removeValue(forKey: best) ?? [] {
                let word = words[index]
                for pair in Self.pairs(of: word.tokens) { counts[pair, default: 0] -= word.count }
                words[index].tokens = Self.merged(word.tokens, best, into: id)
                for pair in Self.pairs(of: words[index].tokens) {
                    counts[pair, default: 0] += word.count
                    places[pair, default: []].insert(index)
                }
            }
            counts[best] = nil
        }
    }

    private static func pairs(of tokens: [Int32]) -> [Pair] {
        zip(tokens, tokens.dropFirst()).map { Pair(left: $0, right: $1) }
    }

    private static func mostFrequent(_ counts: [Pair: Int]) -> (Pair, Int)? {
        counts.max { ($0.value, -$0.key.left, -$0.key.right) < ($1.value, -$1.key.left, -$1.key.right) }
            .map { ($0.key, $0.value) }
    }

    private static func merged(_ tokens: [Int32], _ pair: Pair, into id: Int32) -> [Int32] {
        var merged: [Int32] = []
        var place = 0
        while place < tokens.count {
            if place + 1 < tokens.count, tokens[place] == pair.left, tokens[place + 1] == pair.right {
                merged.append(id)
                place += 2
            } else {
                merged.append(tokens[place])
                place += 1
            }
        }
        return merged
    }

    /// A `tokenizer.json`.
    package var file: JSONValue {
        let added = specialTokens.enumerated().map { id, token -> JSONValue in
            [
                "id": .int(id), "content": .string(token), "single_word": false, "lstrip": false, "rstrip": false,
                "normalized": false, "special": true,
            ]
        }
        var vocabulary: [String: JSONValue] = [:]
        for (id, token) in tokens.enumerated() where vocabulary[token] == nil { vocabulary[token] = .int(id) }
        let bytes: JSONValue = [
            "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true,
        ]
        return [
            "version": "1.0", "truncation": nil, "padding": nil, "added_tokens": .array(added), "normalizer": nil,
            "pre_tokenizer": bytes, "post_processor": nil, "decoder": bytes,
            "model": [
                "type": "BPE", "dropout": nil, "unk_token": nil, "continuing_subword_prefix": nil,
                "end_of_word_suffix": nil, "fuse_unk": false, "byte_fallback": false, "ignore_merges": false,
                "vocab": .object(vocabulary),
                "merges": .array(merges.map { [.string($0.left), .string($0.right)] }),
            ],
        ]
    }
}
