/// ROUGE (Lin 2004), 0 to 1, as rouge_score computes it without stemming: the F measure of common runs of words, or of the
/// longest common subsequence, with the reference for which it is largest.
package enum ROUGE: Sendable {
    /// Runs of so many words.
    case runs(Int)
    /// The longest common subsequence of the whole texts.
    case longest

    /// The mean over texts.
    package func score(_ texts: [ReferredText]) -> Double {
        guard !texts.isEmpty else { return 0 }
        let scores = texts.map { text in
            let said = Self.tokens(of: text.text)
            return text.references.map { score(said, Self.tokens(of: $0)) }.max() ?? 0
        }
        return scores.reduce(0, +) / Double(scores.count)
    }

    private func score(_ said: [String], _ reference: [String]) -> Double {
        switch self {
        case .runs(let length):
            let (written, referred) = (
                TextMetrics.runs(of: length, in: said), TextMetrics.runs(of: length, in: reference)
            )
            let common = referred.reduce(0) { $0 + min($1.value, written[$1.key] ?? 0) }
            return Self.fMeasure(common, of: written.values.reduce(0, +), and: referred.values.reduce(0, +))
        case .longest:
            return Self.fMeasure(Self.longestCommon(said, reference), of: said.count, and: reference.count)
        }
    }

    private static func fMeasure(_ common: Int, of written: Int, and referred: Int) -> Double {
        guard common > 0 else { return 0 }
        let (precision, recall) = (Double(common) / Double(written), Double(common) / Double(referred))
        return 2 * precision * recall / (precision + recall)
    }

    private static func longestCommon(_ left: [String], _ right: [String]) -> Int {
        var lengths = [Int](repeating: 0, count: right.count + 1)
        for word in left {
            var diagonal = 0
            for (place, other) in right.enumerated() {
                let above = lengths[place + 1]
                lengths[place + 1] = word == other ? diagonal + 1 : max(above, lengths[place])
                diagonal = above
            }
        }
        return lengths[right.count]
    }

    /// Runs of a to z and digits, in lower case.
    private static func tokens(of text: String) -> [String] {
        text.lowercased().unicodeScalars.split {
            !(("a"..."z").contains($0) || ("0"..."9").contains($0))
        }.map(String.init)
    }
}
