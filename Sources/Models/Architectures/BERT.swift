import JSONValues

/// BERT (Devlin et al. 2018, arXiv:1810.04805) and what is built like it (MiniLM).
enum BERT: DescribedArchitecture {
    static var modelTypes: [String] { ["bert"] }

    static func describe(_ reader: inout ConfigurationReader) -> TransformerDescription {
        var description = BERTFamily.describe(&reader, prefix: "bert.", positionOffset: 0, tokenTypes: 2)
        let width = description.dimensions.hiddenSize
        let dropout = BERTFamily.classifierDropout(&reader)
        let norm = BERTFamily.norm("cls.predictions.transform.LayerNorm", width, &reader)
        let isTied = reader.bool("tie_word_embeddings", default: true)
        // The pooler's keys of the original TensorFlow files.
        reader.ignore([
            "directionality", "pooler_fc_size", "pooler_num_attention_heads", "pooler_num_fc_layers",
            "pooler_size_per_head", "pooler_type",
        ])
        description.naming.headPrefixes = ["cls.", "classifier."]
        description.naming.optionalPrefixes = ["bert.pooler."]
        description.heads = [
            .sequenceClassification: HeadDescription(
                pooling: .first,
                steps: [
                    .linear(LinearDescription(name: "bert.pooler.dense", inputs: width, outputs: width)),
                    .activation(.tanh), .dropout(dropout),
                    .taskLinear(name: "classifier", inputs: width, outputs: nil, hasBias: true),
                ], className: "BertForSequenceClassification"),
            .tokenClassification: BERTFamily.tokenHead("BertForTokenClassification", width: width, dropout: dropout),
            .maskedLanguageModelling: HeadDescription(
                pooling: .all,
                steps: [
                    .linear(
                        LinearDescription(name: "cls.predictions.transform.dense", inputs: width, outputs: width)),
                    .activation(description.layers[0].feedForward.activation), .norm(norm),
                    .vocabulary(
                        name: "cls.predictions.decoder", width: width, bias: "cls.predictions.bias", isTied: isTied),
                ], className: "BertForMaskedLM"),
        ]
        return description
    }
}
