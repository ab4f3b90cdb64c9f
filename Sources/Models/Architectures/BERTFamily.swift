import JSONValues

/// What BERT, RoBERTa and ELECTRA share: the encoder and its configuration.
enum BERTFamily {
    /// The encoder without a head.
    ///
    /// - Parameters:
    ///   - prefix: of all names: `bert.`.
    ///   - positionOffset: the entry of the first position.
    ///   - tokenTypes: the segments, where the file doesn't say.
    static func describe(
        _ reader: inout ConfigurationReader, prefix: String, positionOffset: Int, tokenTypes: Int
    ) -> TransformerDescription {
        let width = reader.integer("hidden_size", default: 768, in: 1...65536)
        let embeddingWidth =
            prefix == "electra." ? reader.integer("embedding_size", default: 128, in: 1...65536) : width
        let vocabulary = reader.integer("vocab_size", default: 30522, in: 1...10_000_000)
        let entries = reader.integer("max_position_embeddings", default: 512, in: 1...1_000_000)
        let types = reader.integer("type_vocab_size", default: tokenTypes, in: 1...1000)
        let heads = reader.headCount("num_attention_heads", default: 12, width: width, widthKey: "hidden_size")
        let dropout = reader.number("hidden_dropout_prob", default: 0.1, in: 0...1)
        let layerCount = reader.integer("num_hidden_layers", default: 12, in: 1...1000)
        let epsilon = reader.number("layer_norm_eps", default: 1e-12, in: 0...1)
        let layer = Layer(
            width: width, inner: reader.integer("intermediate_size", default: 3072, in: 1...262_144), heads: heads,
            activation: reader.choice("hidden_act", default: .gelu), dropout: dropout,
            attentionDropout: reader.number("attention_probs_dropout_prob", default: 0.1, in: 0...1),
            epsilon: epsilon)
        reader.expect("position_embedding_type", toBe: "absolute", because: "only `absolute` is supported")
        reader.expectNoCrossAttention()
        let names = "\(prefix)embeddings."
        return TransformerDescription(
            modelType: reader.modelType,
            dimensions: ModelDimensions(
                hiddenSize: width, embeddingSize: embeddingWidth, layerCount: layerCount, attentionHeadCount: heads,
                keyValueHeadCount: heads, headSize: width / heads, vocabularySize: vocabulary,
                maximumLength: max(entries - positionOffset, 0), tokenTypeCount: types),
            embeddings: EmbeddingsDescription(
                words: names + "word_embeddings", vocabularySize: vocabulary, width: embeddingWidth,
                positions: .table(name: names + "position_embeddings", entries: entries, offset: positionOffset),
                tokenTypes: (names + "token_type_embeddings", types),
                norm: norm(names + "LayerNorm", embeddingWidth, &reader), dropout: dropout,
                projection: embeddingWidth == width
                    ? nil
                    : LinearDescription(name: "\(prefix)embeddings_project", inputs: embeddingWidth, outputs: width)),
            layers: (0..<layerCount).map { layer.description("\(prefix)encoder.layer.\($0)") },
            heads: [:],
            naming: TensorNaming(
                basePrefix: prefix,
                oldSuffixes: [("LayerNorm.gamma", "LayerNorm.weight"), ("LayerNorm.beta", "LayerNorm.bias")],
                bufferSuffixes: ["embeddings.position_ids", "embeddings.token_type_ids"]),
            initializerRange: reader.number("initializer_range", default: 0.02, in: 0...1),
            paddingID: reader.paddingID(vocabulary, default: prefix == "roberta." ? 1 : 0),
            labels: reader.labels(), problemType: reader.problemType(), json: reader.json)
    }

    /// A row's classes by two layers on its first position, without a pooler.
    static func denseRowHead(
        _ className: String, width: Int, activation: Activation, dropout: Double
    ) -> HeadDescription {
        HeadDescription(
            pooling: .first,
            steps: [
                .dropout(dropout), .taskLinear(name: "classifier.dense", inputs: width, outputs: width, hasBias: true),
                .activation(activation), .dropout(dropout),
                .taskLinear(name: "classifier.out_proj", inputs: width, outputs: nil, hasBias: true),
            ], className: className)
    }

    /// Each token's classes by one layer.
    static func tokenHead(_ className: String, width: Int, dropout: Double) -> HeadDescription {
        HeadDescription(
            pooling: .all,
            steps: [.dropout(dropout), .taskLinear(name: "classifier", inputs: width, outputs: nil, hasBias: true)],
            className: className)
    }

    static func classifierDropout(_ reader: inout ConfigurationReader) -> Double {
        reader.optionalNumber("classifier_dropout", in: 0...1)
            ?? reader.number("hidden_dropout_prob", default: 0.1, in: 0...1)
    }

    static func norm(_ name: String, _ width: Int, _ reader: inout ConfigurationReader) -> NormDescription {
        NormDescription(
            name: name, kind: .layer, width: width, epsilon: reader.number("layer_norm_eps", default: 1e-12, in: 0...1))
    }

    private struct Layer {
        let width: Int
        let inner: Int
        let heads: Int
        let activation: Activation
        let dropout: Double
        let attentionDropout: Double
        let epsilon: Double

        func description(_ name: String) -> LayerDescription {
            func linear(_ path: String, _ inputs: Int, _ outputs: Int) -> LinearDescription {
                LinearDescription(name: "\(name).\(path)", inputs: inputs, outputs: outputs)
            }
            func norm(_ path: String) -> NormDescription {
                NormDescription(name: "\(name).\(path)", kind: .layer, width: width, epsilon: epsilon)
            }
            return LayerDescription(
                layout: .normAfter,
                attention: AttentionDescription(
                    projections: .separate(
                        query: linear("attention.self.query", width, width),
                        key: linear("attention.self.key", width, width),
                        value: linear("attention.self.value", width, width)),
                    output: linear("attention.output.dense", width, width), headCount: heads, keyValueHeadCount: heads,
                    headSize: width / heads, dropout: attentionDropout),
                attentionNorm: norm("attention.output.LayerNorm"),
                feedForward: FeedForwardDescription(
                    shape: .plain(up: linear("intermediate.dense", width, inner)),
                    down: linear("output.dense", inner, width), activation: activation),
                feedForwardNorm: norm("output.LayerNorm"), dropout: dropout)
        }
    }
}
