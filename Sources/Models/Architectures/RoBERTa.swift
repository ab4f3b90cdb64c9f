/// RoBERTa (Liu et al. 2019, arXiv:1907.11692): BERT's encoder with positions that start behind the padding's entry.
enum RoBERTa: DescribedArchitecture {
    static var modelTypes: [String] { ["roberta", "xlm-roberta"] }

    static func describe(_ reader: inout ConfigurationReader) -> TransformerDescription {
        let padding = reader.integer("pad_token_id", default: 1, in: 0...1000)
        var description = BERTFamily.describe(
            &reader, prefix: "roberta.", positionOffset: padding + 1, tokenTypes: 2)
        let width = description.dimensions.hiddenSize
        let dropout = BERTFamily.classifierDropout(&reader)
        let isTied = reader.bool("tie_word_embeddings", default: true)
        let name = description.modelType == "roberta" ? "Roberta" : "XLMRoberta"
        description.naming.headPrefixes = ["lm_head.", "classifier."]
        description.naming.optionalPrefixes = ["roberta.pooler."]
        description.heads = [
            .sequenceClassification: BERTFamily.denseRowHead(
                "\(name)ForSequenceClassification", width: width, activation: .tanh, dropout: dropout),
            .tokenClassification: BERTFamily.tokenHead(
                "\(name)ForTokenClassification", width: width, dropout: dropout),
            .maskedLanguageModelling: HeadDescription(
                pooling: .all,
                steps: [
                    .linear(LinearDescription(name: "lm_head.dense", inputs: width, outputs: width)),
                    .activation(.gelu), .norm(BERTFamily.norm("lm_head.layer_norm", width, &reader)),
                    .vocabulary(name: "lm_head.decoder", width: width, bias: "lm_head.bias", isTied: isTied),
                ], className: "\(name)ForMaskedLM"),
        ]
        return description
    }
}
