import Models
import PEFT

/// Checks examples before any is computed, so that a bad one is named rather than met after hours.
struct ExampleCheck {
    let vocabularySize: Int
    let tokenTypeLimit: Int
    let labelCount: Int
    /// The longest example that leaves room for the method's virtual tokens.
    let maximumLength: Int
    let virtualTokenCount: Int

    init(_ model: any TunedModel) {
        let dimensions = model.base.dimensions
        vocabularySize = dimensions.vocabularySize
        tokenTypeLimit = dimensions.tokenTypeCount
        labelCount = model.base.labels.count
        virtualTokenCount = model.virtualTokenCount
        maximumLength = dimensions.maximumLength - virtualTokenCount
    }

    /// - Parameter name: what the examples are, for messages: `training`.
    /// - Throws: ``TrainingError`` with the first few that are wrong, and how many more there are.
    func callAsFunction(_ examples: [EncodedExample], _ name: String, needsLabels: Bool) throws {
        guard !examples.isEmpty else {
            throw TrainingError(["there are no \(name) examples"])
        }
        let shown = 5
        var problems: [String] = []
        var count = 0
        for (index, example) in examples.enumerated() {
            guard let problem = problem(with: example, needsLabel: needsLabels) else { continue }
            count += 1
            if count <= shown { problems.append("\(name) example \(index + 1) \(problem)") }
        }
        guard count > 0 else { return }
        if count > shown { problems.append("\(count - shown) more \(name) examples are wrong") }
        throw TrainingError(
            problems, help: "tokenize for this model, with a max_length of at most \(maximumLength) tokens")
    }

    private func problem(with example: EncodedExample, needsLabel: Bool) -> String? {
        if example.ids.isEmpty { return "has no tokens" }
        if example.ids.count > maximumLength {
            let prompt = virtualTokenCount > 0 ? " behind \(virtualTokenCount) virtual tokens" : ""
            return "has \(example.ids.count) tokens; the model has room for \(maximumLength)\(prompt)"
        }
        if let id = example.ids.first(where: { !(0..<Int32(vocabularySize)).contains($0) }) {
            return "has the token id \(id); the model's vocabulary has \(vocabularySize)"
        }
        if let types = example.tokenTypeIDs {
            if types.count != example.ids.count {
                return "has \(example.ids.count) tokens but \(types.count) token types"
            }
            if let type = types.first(where: { !(0..<Int32(tokenTypeLimit)).contains($0) }) {
                return "has the token type \(type); the model has \(tokenTypeLimit)"
            }
        }
        if let label = example.label {
            if !(0..<labelCount).contains(label) {
                return "has the label \(label); the model has \(labelCount) classes"
            }
        } else if needsLabel {
            return "has no label"
        }
        return nil
    }
}
