import JSONValues

/// The arithmetic of a T5 model, as config.json says it.
struct T5Configuration {
    let vocabularySize: Int
    let width: Int
    let headSize: Int
    let innerSize: Int
    let encoderLayerCount: Int
    let decoderLayerCount: Int
    let headCount: Int
    let bucketCount: Int
    let maximumDistance: Int
    let dropout: Double
    let epsilon: Double
    let activation: Activation
    let isGated: Bool
    /// The word embeddings give the logits, whatever else the file holds.
    let isTied: Bool
    /// Hidden states are divided by √d before the logits. Only files say whether.
    let scalesOutputs: Bool
    let paddingID: Int
    /// What the decoder is given in front of an answer's first token.
    let decoderStartID: Int
    let json: JSONValue

    /// - Throws: ``ModelError`` that lists everything that is missing, out of range, unknown or not supported.
    init(folder: String) throws {
        var reader = try ConfigurationReader(path: ModelFolder.configurationPath(in: folder), help: ModelFolder.help)
        json = reader.json
        vocabularySize = reader.integer("vocab_size", default: 32128, in: 1...10_000_000)
        width = reader.integer("d_model", default: 512, in: 1...65536)
        headSize = reader.integer("d_kv", default: 64, in: 1...4096)
        innerSize = reader.integer("d_ff", default: 2048, in: 1...262_144)
        encoderLayerCount = reader.integer("num_layers", default: 6, in: 1...1000)
        decoderLayerCount = reader.optionalInteger("num_decoder_layers", in: 1...1000) ?? encoderLayerCount
        headCount = reader.integer("num_heads", default: 8, in: 1...1024)
        bucketCount = reader.integer("relative_attention_num_buckets", default: 32, in: 4...65536)
        maximumDistance = reader.integer("relative_attention_max_distance", default: 128, in: 2...1_000_000)
        dropout = reader.number("dropout_rate", default: 0.1, in: 0...1)
        epsilon = reader.number("layer_norm_epsilon", default: 1e-6, in: 0...1)
        let isTied = reader.bool("tie_word_embeddings", default: true)
        scalesOutputs = reader.bool("scale_decoder_outputs", default: isTied)
        // Newer files say that all are tied, and the scale of those that were not.
        self.isTied = isTied && scalesOutputs
        paddingID = reader.paddingID(vocabularySize, default: 0)
        decoderStartID =
            reader.optionalInteger("decoder_start_token_id", in: 0...max(vocabularySize - 1, 0)) ?? paddingID
        let projection = reader.string("feed_forward_proj") ?? "relu"
        isGated = projection.hasPrefix("gated-")
        let name = isGated ? String(projection.dropFirst("gated-".count)) : projection
        // `gated-gelu` has always meant the tanh approximation.
        if let known = Activation(rawValue: isGated && name == "gelu" ? "gelu_new" : name) {
            activation = known
        } else {
            activation = .relu
            reader.report("`feed_forward_proj` is `\(projection)`: the activation is not known")
        }
        if bucketCount % 4 != 0 || maximumDistance <= bucketCount / 2 {
            reader.report(
                "`relative_attention_num_buckets` \(bucketCount) and `relative_attention_max_distance` "
                    + "\(maximumDistance) make no buckets: expected a multiple of 4 and more than half of it")
        }
        reader.expect("is_encoder_decoder", toBe: true, because: "only the whole model is supported")
        // What follows from `feed_forward_proj`, and what only other tasks or the start of pretraining read.
        reader.ignore([
            "classifier_dropout", "dense_act_fn", "initializer_factor", "is_decoder", "is_gated_act", "n_positions",
            "id2label", "label2id", "num_labels", "problem_type", "use_task_specific_params",
        ])
        reader.ignoreProvenance()
        try reader.finish(help: "a model is only loaded if everything that its configuration says is understood")
    }
}

extension T5Configuration {
    var dimensions: ModelDimensions {
        ModelDimensions(
            hiddenSize: width, embeddingSize: width, layerCount: encoderLayerCount, attentionHeadCount: headCount,
            keyValueHeadCount: headCount, headSize: headSize, vocabularySize: vocabularySize,
            maximumLength: Self.unlimited, tokenTypeCount: 1)
    }

    /// Distances have no end.
    private static var unlimited: Int { 1_000_000 }
}
