import Foundation

/// BLEU of a corpus (Papineni et al. 2002), 0 to 100, as sacrebleu computes it by default: up to four words, 13a
/// tokenization, exponential smoothing, case kept (Post 2018, arXiv:1804.08771).
package struct BLEU {
    private static let order = 4

    private var matches = [Int](repeating: 0, count: order)
    private var totals = [Int](repeating: 0, count: order)
    private var length = 0
    private var referenceLength = 0

    package init(_ texts: [ReferredText]) {
        for text in texts { add(text) }
    }

    private mutating func add(_ text: ReferredText) {
        let said = Tokenizer13a.tokens(of: text.text)
        let references = text.references.map(Tokenizer13a.tokens)
        length += said.count
        referenceLength +=
            references.map(\.count).min {
                (abs($0 - said.count), $0) < (abs($1 - said.count), $1)
            } ?? 0
        for order in 1...Self.order {
            var most: [ArraySlice<String>: Int] = [:]
            for reference in references { most.merge(runs(of: order, in: reference)) { max($0, $1) } }
            for (run, count) in runs(of: order, in: said) {
                totals[order - 1] += count
                matches[order - 1] += min(count, most[run] ?? 0)
            }
        }
    }

    package var score: Double {
        guard matches.contains(where: { $0 > 0 }) else { return 0 }
        var logarithms = 0.0
        var smoothing = 1.0
        for (match, total) in zip(matches, totals) {
            // As the reference has it: what is not there is not nothing, but as good as.
            guard total > 0 else { return 0 }
            if match == 0 { smoothing *= 2 }
            logarithms += log(match == 0 ? 100 / (smoothing * Double(total)) : 100 * Double(match) / Double(total))
        }
        let brevity = length < referenceLength ? exp(1 - Double(referenceLength) / Double(length)) : 1
        return brevity * exp(logarithms / Double(Self.order))
    }
}

/// The tokens of WMT's mteval-v13a: punctuation apart, but for what stands in numbers.
enum Tokenizer13a {
    static func tokens(of text: String) -> [String] {
        var scalars = Array(text.trimmedAtEnd.unicodeScalars)
        for (old, new) in [
            ("<skipped>", ""), ("-\n", ""), ("\n", " "), ("&quot;", "\""), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"),
        ] {
            scalars = scalars.replacing(Array(old.unicodeScalars), with: Array(new.unicodeScalars))
        }
        scalars = [" "] + scalars + [" "]
        scalars = scalars.flatMap { isPunctuation($0) ? [" ", $0, " "] : [$0] }
        scalars = pairs(in: scalars, where: { !isDigit($0) && isPoint($1) }) { [$0, " ", $1, " "] }
        scalars = pairs(in: scalars, where: { isPoint($0) && !isDigit($1) }) { [" ", $0, " ", $1] }
        scalars = pairs(in: scalars, where: { isDigit($0) && $1 == "-" }) { [$0, " ", $1, " "] }
        return String(String.UnicodeScalarView(scalars)).words
    }

    /// Replaces pairs from left to right; one that begins in another is none.
    private static func pairs(
        in scalars: [Unicode.Scalar], where isPair: (Unicode.Scalar, Unicode.Scalar) -> Bool,
        _ replacement: (Unicode.Scalar, Unicode.Scalar) -> [Unicode.Scalar]
    ) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        var place = 0
        while place < scalars.count {
            if place + 1 < scalars.count, isPair(scalars[place], scalars[place + 1]) {
                result += replacement(scalars[place], scalars[place + 1])
                place += 2
            } else {
                result.append(scalars[place])
                place += 1
            }
        }
        return result
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

    private static func isPoint(_ scalar: Unicode.Scalar) -> Bool { scalar == "." || scalar == "," }

    /// ASCII's but for the apostrophe, comma, hyphen and point; the space is with it.
    private static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "{"..."~", "["..."`", " "..."&", "("..."+", ":"..."@", "/": true
        default: false
        }
    }
}
