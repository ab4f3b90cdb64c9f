/// chrF of a corpus (Popović 2015), 0 to 100, as sacrebleu computes it by default: runs of up to six characters without
/// white space, recall twice as important as precision.
package struct ChrF {
    private static let order = 6

    /// Of runs of each length: those that were written, those of the reference, and those of both.
    private struct Counts {
        var written = [Int](repeating: 0, count: order)
        var referred = [Int](repeating: 0, count: order)
        var common = [Int](repeating: 0, count: order)

        var score: Double {
            var precision = 0.0
            var recall = 0.0
            var orders = 0.0
            for order in 0..<ChrF.order where written[order] > 0 && referred[order] > 0 {
                precision += Double(common[order]) / Double(written[order])
                recall += Double(common[order]) / Double(referred[order])
                orders += 1
            }
            guard orders > 0, precision + recall > 0 else { return 0 }
            precision /= orders
            recall /= orders
            return 100 * (5 * precision * recall / (4 * precision + recall))
        }
    }

    private var counts = Counts()

    package init(_ texts: [ReferredText]) {
        for text in texts {
            let said = Self.runsByLength(of: text.text)
            // The reference that is nearest alone counts.
            var best: Counts?
            for reference in text.references {
                let counts = Self.counts(said, Self.runsByLength(of: reference))
                if best.map({ counts.score > $0.score }) ?? true { best = counts }
            }
            guard let best else { continue }
            for order in 0..<Self.order {
                counts.written[order] += best.written[order]
                counts.referred[order] += best.referred[order]
                counts.common[order] += best.common[order]
            }
        }
    }

    package var score: Double { counts.score }

    private typealias Runs = [ArraySlice<Unicode.Scalar>: Int]

    private static func runsByLength(of text: String) -> [Runs] {
        let characters = text.unicodeScalars.filter { !$0.isPythonSpace }
        return (1...order).map { runs(of: $0, in: Array(characters)) }
    }

    private static func counts(_ said: [Runs], _ reference: [Runs]) -> Counts {
        var counts = Counts()
        for (order, (said, reference)) in zip(said, reference).enumerated() {
            // What the reference is too short for is no mistake.
            counts.written[order] = reference.isEmpty ? 0 : said.values.reduce(0, +)
            counts.referred[order] = reference.values.reduce(0, +)
            for (run, count) in said { counts.common[order] += min(count, reference[run] ?? 0) }
        }
        return counts
    }
}
