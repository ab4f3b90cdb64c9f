/// DistilBERT (Sanh et al. 2019, arXiv:1910.01108): BERT's encoder with half of the layers, under names of its own.
enum DistilBERT: DescribedArchitecture {
    static var modelTypes: [String] { ["distilbert"] }
    static var layerCountKey: String { "n_layers" }

    static func describe(_ reader: inout ConfigurationReader) -> TransformerDescription {
        let width = reader.integer("dim", default: 768, in: 1...65536)
        let inner = reader.integer("hidden_dim", default: 3072, in: 1...262_144)
        let heads = reader.headCount("n_heads", default: 12, width: width, widthKey: "dim")
        let layerCount = reader.integer("n_layers", default: 6, in: 1...1000)
        let vocabulary = reader.integer("vocab_size", default: 30522, in: 1...10_000_000)
        let entries = reader.integer("max_position_embeddings", default: 512, in: 1...1_000_000)
        let activation: Activation = reader.choice("activation", default: .gelu)
        let dropout = reader.number("dropout", default: 0.1, in: 0...1)
        let attentionDropout = reader.number("attention_dropout", default: 0.1, in: 0...1)
        let classifierDropout = reader.number("seq_classif_dropout", default: 0.2, in: 0...1)
        let isTied = reader.bool("tie_word_embeddings", default: true)
        reader.ignore(["qa_dropout", "sinusoidal_pos_embds", "tie_weights_"])
        reader.expectNoCrossAttention()
        func norm(_ name: String) -> NormDescription {
            NormDescription(name: name, kind: .layer, width: width, epsilon: 1e-12)
        }
        func layer(_ name: String) -> LayerDescription {
            func linear(_ path: String, _ inputs: Int, _ outputs: Int) -> LinearDescription {
                LinearDescription(name: "\(name).\(path)", inputs: inputs, outputs: outputs)
            }
            return LayerDescription(
                layout: .normAfter,
                attention: AttentionDescription(
                    projections: .separate(
                        query: linear("attention.q_lin", width, width), key: linear("attention.k_lin", width, width),
                        value: linear("attention.v_lin", width, width)),
                    output: linear("attention.out_lin", width, width), headCount: heads, keyValueHeadCount: heads,
                    headSize: width / heads, dropout: attentionDropout),
                attentionNorm: norm("\(name).sa_layer_norm"),
                feedForward: FeedForwardDescription(
                    shape: .plain(up: linear("ffn.lin1", width, inner)), down: linear("ffn.lin2", inner, width),
                    activation: activation),
                feedForwardNorm: norm("\(name).output_layer_norm"), dropout: dropout, attentionOutputDropout: 0)
        }
        let classifier = HeadDescription.Step.taskLinear(
            name: "classifier", inputs: width, outputs: nil, hasBias: true)
        return TransformerDescription(
            modelType: reader.modelType,
            dimensions: ModelDimensions(
                hiddenSize: width, embeddingSize: width, layerCount: layerCount, attentionHeadCount: heads,
                keyValueHeadCount: heads, headSize: width / heads, vocabularySize: vocabulary, maximumLength: entries,
                tokenTypeCount: 1),
            embeddings: EmbeddingsDescription(
                words: "distilbert.embeddings.word_embeddings", vocabularySize: vocabulary, width: width,
                positions: .table(name: "distilbert.embeddings.position_embeddings", entries: entries, offset: 0),
                norm: norm("distilbert.embeddings.LayerNorm"), dropout: dropout),
            layers: (0..<layerCount).map { layer("distilbert.transformer.layer.\($0)") },
            heads: [
                .sequenceClassification: HeadDescription(
                    pooling: .first,
                    steps: [
                        .taskLinear(name: "pre_classifier", inputs: width, outputs: width, hasBias: true),
                        .activation(.relu), .dropout(classifierDropout), classifier,
                    ], className: "DistilBertForSequenceClassification"),
                .tokenClassification: HeadDescription(
                    pooling: .all, steps: [.dropout(dropout), classifier],
                    className: "DistilBertForTokenClassification"),
                .maskedLanguageModelling: HeadDescription(
                    pooling: .all,
                    steps: [
                        .linear(LinearDescription(name: "vocab_transform", inputs: width, outputs: width)),
                        .activation(activation), .norm(norm("vocab_layer_norm")),
                        .vocabulary(
                            name: "vocab_projector", width: width, bias: "vocab_projector.bias", isTied: isTied),
                    ], className: "DistilBertForMaskedLM"),
            ],
            naming: TensorNaming(
                basePrefix: "distilbert.", bufferSuffixes: ["embeddings.position_ids"],
                headPrefixes: [
                    "pre_classifier.", "classifier.", "vocab_transform.", "vocab_layer_norm.", "vocab_projector.",
                ]),
            initializerRange: reader.number("initializer_range", default: 0.02, in: 0...1),
            paddingID: reader.paddingID(vocabulary, default: 0), labels: reader.labels(),
            problemType: reader.problemType(), json: reader.json)
    }
}
