import Models
import PEFT

/// Checks examples before any is computed, so that a bad one is named rather than met after hours.
struct ExampleCheck {
    private let loss: TaskLoss
    private let vocabularySize: Int
    private let tokenTypeLimit: Int
    private let labelCount: Int
    /// The longest example that leaves room for the method's virtual tokens.
    private let maximumLength: Int
    private let virtualTokenCount: Int
    private let hasPrompt: Bool

    init(_ model: any TunedModel) {
        let dimensions = model.base.dimensions
        loss = TaskLoss(model.base)
        vocabularySize = dimensions.vocabularySize
        tokenTypeLimit = dimensions.tokenTypeCount
        labelCount = model.base.labels.count
        virtualTokenCount = model.virtualTokenCount
        maximumLength = dimensions.maximumLength - virtualTokenCount
        hasPrompt = model.virtualLogitCount > 0
    }

    /// - Parameter name: what the examples are, for messages: `training`.
    /// - Throws: ``TrainingError`` with the first few that are wrong, and how many more there are.
    func callAsFunction(_ examples: [EncodedExample], _ name: String, needsTargets: Bool) throws {
        guard !examples.isEmpty else {
            throw TrainingError(["there are no \(name) examples"])
        }
        let shown = 5
        var problems: [String] = []
        var count = 0
        for (index, example) in examples.enumerated() {
            guard let problem = problem(with: example, needsTarget: needsTargets) else { continue }
            count += 1
            if count <= shown { problems.append("\(name) example \(index + 1) \(problem)") }
        }
        guard count > 0 else { return }
        if count > shown { problems.append("\(count - shown) more \(name) examples are wrong") }
        throw TrainingError(
            problems, help: "tokenize for this model, with a max_length of at most \(maximumLength) tokens")
    }

    private func problem(with example: EncodedExample, needsTarget: Bool) -> String? {
        if example.ids.isEmpty { return "has no tokens" }
        if example.ids.count > maximumLength {
            let prompt = virtualTokenCount > 0 ? " behind \(virtualTokenCount) virtual tokens" : ""
            return "has \(example.ids.count) tokens; the model has room for \(maximumLength)\(prompt)"
        }
        if let problem = vocabularyProblem(with: example.ids) { return problem }
        if let types = example.tokenTypeIDs {
            if types.count != example.ids.count {
                return "has \(example.ids.count) tokens but \(types.count) token types"
            }
            if let type = types.first(where: { !(0..<Int32(tokenTypeLimit)).contains($0) }) {
                return "has the token type \(type); the model has \(tokenTypeLimit)"
            }
        }
        guard let target = example.target else {
            return needsTarget ? loss.problemType == .singleLabel ? "has no label" : "has no target" : nil
        }
        if let problem = problem(with: target, length: example.ids.count) { return problem }
        if needsTarget, loss.supervisedCount(of: target, hasPrompt: hasPrompt) == 0 {
            return "has nothing to learn: all of its answer was cut off"
        }
        return nil
    }

    private func problem(with target: Target, length: Int) -> String? {
        switch (loss.task, target) {
        case (.sequenceClassification, .label(let label)) where loss.problemType == .singleLabel:
            return labelProblem(with: label)
        case (.sequenceClassification, .numbers(let numbers)) where loss.problemType != .singleLabel:
            if numbers.count != labelCount { return "has \(numbers.count) numbers; the model gives \(labelCount)" }
            if let number = numbers.first(where: { !$0.isFinite }) { return "has the number \(number)" }
            if loss.problemType == .multiLabel, let number = numbers.first(where: { $0 != 0 && $0 != 1 }) {
                return "has the number \(number) for a class, expected 0 or 1"
            }
            return nil
        case (.tokenClassification, .tokens(let tokens)):
            if tokens.count != length { return "has \(length) tokens but \(tokens.count) labels" }
            return tokens.lazy.filter { $0 != TaskLoss.ignored }.compactMap { labelProblem(with: Int($0)) }.first
        case (.maskedLanguageModelling, .tokens(let tokens)), (.causalLanguageModelling, .tokens(let tokens)):
            if tokens.count != length { return "has \(length) tokens but \(tokens.count) targets" }
            return vocabularyProblem(with: tokens.filter { $0 != TaskLoss.ignored })
        case (.sequenceToSequence, .answer(let tokens)):
            return tokens.isEmpty ? "has no answer" : vocabularyProblem(with: tokens)
        default:
            return "has a target of another task than \(loss.task.rawValue)"
        }
    }

    private func labelProblem(with label: Int) -> String? {
        (0..<labelCount).contains(label) ? nil : "has the label \(label); the model has \(labelCount) classes"
    }

    private func vocabularyProblem(with ids: [Int32]) -> String? {
        ids.first { !(0..<Int32(vocabularySize)).contains($0) }
            .map { "has the token id \($0); the model's vocabulary has \(vocabularySize)" }
    }
}
