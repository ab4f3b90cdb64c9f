/// ELECTRA (Clark et al. 2020, arXiv:2003.10555): BERT's encoder, pretrained to tell replaced tokens, whose word
/// embeddings may be narrower than its hidden states.
enum ELECTRA: DescribedArchitecture {
    static var modelTypes: [String] { ["electra"] }

    static func describe(_ reader: inout ConfigurationReader) -> TransformerDescription {
        var description = BERTFamily.describe(&reader, prefix: "electra.", positionOffset: 0, tokenTypes: 2)
        let width = description.dimensions.hiddenSize
        let narrow = description.dimensions.embeddingSize
        let dropout = BERTFamily.classifierDropout(&reader)
        let isTied = reader.bool("tie_word_embeddings", default: true)
        // Of a summary that only multiple choice has.
        reader.ignore(["summary_activation", "summary_last_dropout", "summary_type", "summary_use_proj"])
        description.naming.headPrefixes = [
            "classifier.", "discriminator_predictions.", "generator_predictions.", "generator_lm_head.",
        ]
        description.heads = [
            .sequenceClassification: BERTFamily.denseRowHead(
                "ElectraForSequenceClassification", width: width, activation: .gelu, dropout: dropout),
            .tokenClassification: BERTFamily.tokenHead(
                "ElectraForTokenClassification", width: width, dropout: dropout),
            .maskedLanguageModelling: HeadDescription(
                pooling: .all,
                steps: [
                    .linear(
                        LinearDescription(name: "generator_predictions.dense", inputs: width, outputs: narrow)),
                    .activation(.gelu),
                    .norm(BERTFamily.norm("generator_predictions.LayerNorm", narrow, &reader)),
                    .vocabulary(
                        name: "generator_lm_head", width: narrow, bias: "generator_lm_head.bias", isTied: isTied),
                ], className: "ElectraForMaskedLM"),
        ]
        return description
    }
}
