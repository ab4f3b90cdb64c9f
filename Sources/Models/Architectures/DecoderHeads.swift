/// The heads that every decoder has.
enum DecoderHeads {
    /// - Parameters:
    ///   - name: the class in transformers without its task: `Llama`.
    ///   - output: the path of the layer that gives the next token.
    ///   - isTied: the word embeddings do.
    static func heads(
        _ name: String, width: Int, output: String, isTied: Bool, languageModel: String? = nil
    ) -> [ModelTask: HeadDescription] {
        [
            .causalLanguageModelling: HeadDescription(
                pooling: .all, steps: [.vocabulary(name: output, width: width, bias: nil, isTied: isTied)],
                className: languageModel ?? "\(name)ForCausalLM"),
            .sequenceClassification: HeadDescription(
                pooling: .last, steps: [.taskLinear(name: "score", inputs: width, outputs: nil, hasBias: false)],
                className: "\(name)ForSequenceClassification"),
        ]
    }
}
