/// A figure of scores, by its name in `scores.json`.
enum ScoreMetric: String, CaseIterable, Sendable {
    case accuracy, f1, precision, recall, mcc, loss, mse, mae, pearson, spearman, r2, perplexity
    case macroF1 = "macro_f1"
    case bleu, chrf
    case rouge1 = "rouge_1"
    case rouge2 = "rouge_2"
    case rougeL = "rouge_l"
    case exactMatch = "exact_match"

    /// Those of texts that a model writes.
    static let ofTexts: [ScoreMetric] = [.bleu, .chrf, .rouge1, .rouge2, .rougeL, .exactMatch]

    /// Those of a task's logits.
    static let ofLogits = allCases.filter { !ofTexts.contains($0) }

    func isBetter(_ value: Double, than other: Double) -> Bool {
        switch self {
        case .loss, .mse, .mae, .perplexity: value < other
        default: value > other
        }
    }
}
