/// The likeliest sequence of tokens, each as likely as its own score says (Kudo 2018, arXiv:1804.10959), found by
/// Viterbi's algorithm.
///
/// A character that no token spells is an unknown token, ten below the least score; neighbouring ones become one.
struct Unigram: TokenModel {
    let vocabulary: Vocabulary
    let unknownID: Int32?
    /// By id.
    private let scores: [Double]
    private let unknownScore: Double
    /// For the bytes of what is unknown; nil where there is no such fallback.
    private let byteTokens: ByteTokens?
    /// What an error about the unknown token names.
    private let place: String

    /// How much less likely than the least likely token an unknown character is.
    private static let unknownPenalty = 10.0

    init(_ node: JSONNode, _ tables: LargeTables) throws(TokenizerError) {
        try node.allowKeys(["type", "unk_id", "vocab", "byte_fallback"])
        (vocabulary, scores) = try tables.scoredVocabulary()
        let unknown = try node.optionalMember("unk_id")
        unknownID = try unknown?.tokenID()
        if let unknown, let unknownID, unknownID >= scores.count {
            throw unknown.error("there are \(scores.count) tokens, so \(unknownID) is none's id")
        }
        unknownScore = (scores.min() ?? .infinity) - Self.unknownPenalty
        byteTokens = try node.optionalMember("byte_fallback")?.bool() ?? false ? ByteTokens(vocabulary) : nil
        place = "\(node.file): \(node.path).unk_id"
    }

    func tokenize(_ bytes: Span<UInt8>, _ word: Range<Int>, _ workspace: inout Workspace) throws(TokenizerError) {
        try findPath(bytes, word, &workspace.lattice)
        writePath(bytes, word, &workspace)
    }

    /// Finds for each place in the word the best token that ends there.
    private func findPath(
        _ bytes: Span<UInt8>, _ word: Range<Int>, _ lattice: inout [UnigramNode]
    ) throws(TokenizerError) {
        lattice.removeAll(keepingCapacity: true)
        lattice.append(contentsOf: repeatElement(UnigramNode(), count: word.count + 1))
        var start = word.lowerBound
        while start < word.upperBound {
            let scoreSoFar = lattice[start - word.lowerBound].score
            let length = UTF8Coding.length(ofScalarBeginningWith: bytes[start])
            var spellsCharacter = false
            var node = TokenTrie.root
            var index = start
            while index < word.upperBound {
                node = vocabulary.trie.child(of: node, over: bytes[index])
                if node == TokenTrie.none { break }
                index += 1
                guard let token = vocabulary.trie.value(at: node) else { continue }
                lattice[index - word.lowerBound].offer(
                    token, score: scores[Int(token)] + scoreSoFar, from: Int32(start - word.lowerBound))
                if index == start + length { spellsCharacter = true }
            }
            if !spellsCharacter {
                guard let unknownID else {
                    throw TokenizerError(
                        place: place,
                        problem: "no token spells a character of the text, and there is no unknown token; set this key")
                }
                lattice[start + length - word.lowerBound].offer(
                    unknownID, score: unknownScore + scoreSoFar, from: Int32(start - word.lowerBound))
            }
            start += length
        }
    }

    /// Writes the tokens of the best path, which is known from its end.
    private func writePath(_ bytes: Span<UInt8>, _ word: Range<Int>, _ workspace: inout Workspace) {
        workspace.path.removeAll(keepingCapacity: true)
        var end = word.count
        while end > 0 {
            let node = workspace.lattice[end]
            let start = Int(node.start)
            let range = word.lowerBound + start..<word.lowerBound + end
            if node.token == unknownID, let last = workspace.path.last, last.token == unknownID {
                workspace.path[workspace.path.count - 1].range = range.lowerBound..<last.range.upperBound
            } else {
                workspace.path.append((node.token, range))
            }
            end = start
        }
        for (token, range) in workspace.path.reversed() {
            if token == unknownID {
                writeUnknown(bytes, range, token, &workspace.pieces)
            } else {
                workspace.pieces.append(token, range)
            }
        }
    }

    private func writeUnknown(_ bytes: Span<UInt8>, _ range: Range<Int>, _ unknown: Int32, _ pieces: inout Pieces) {
        // Unknown characters may be a token together, which scores less than they do.
        if let match = vocabulary.trie.longestMatch(in: bytes, range), match.end == range.upperBound {
            return pieces.append(match.value, range)
        }
        guard let byteTokens, range.allSatisfy({ byteTokens[bytes[$0]] != nil }) else {
            return pieces.append(unknown, range)
        }
        for index in range {
            if let token = byteTokens[bytes[index]] { pieces.append(token, range) }
        }
    }
}

/// The best way to a place in a word: the token that ends there, and where it begins.
struct UnigramNode {
    private(set) var score = 0.0
    private(set) var token: Int32 = 0
    /// −1 where no way leads.
    private(set) var start: Int32 = -1

    @inline(__always)
    mutating func offer(_ token: Int32, score: Double, from start: Int32) {
        guard self.start < 0 || score > self.score else { return }
        self.score = score
        self.token = token
        self.start = start
    }
}
