import JSONValues

/// The arithmetic of a BERT model, as config.json says it.
struct BERTConfiguration {
    let vocabularySize: Int
    let hiddenSize: Int
    let layerCount: Int
    let headCount: Int
    let intermediateSize: Int
    let activation: Activation
    let hiddenDropout: Double
    let attentionDropout: Double
    let classifierDropout: Double
    let maximumLength: Int
    let tokenTypeCount: Int
    let initializerRange: Double
    let layerNormEpsilon: Double
    let paddingID: Int
    /// The classes that the file names; nil if it names none.
    let labels: [String]?
    /// The file's own content.
    let json: JSONValue

    /// - Throws: ``ModelError`` that lists everything that is missing, out of range, unknown or not supported.
    init(folder: String) throws {
        var reader = try ConfigurationReader(path: ModelFolder.configurationPath(in: folder), help: ModelFolder.help)
        json = reader.json
        vocabularySize = reader.integer("vocab_size", default: 30522, in: 1...10_000_000)
        hiddenSize = reader.integer("hidden_size", default: 768, in: 1...65536)
        layerCount = reader.integer("num_hidden_layers", default: 12, in: 1...1000)
        headCount = reader.integer("num_attention_heads", default: 12, in: 1...1024)
        intermediateSize = reader.integer("intermediate_size", default: 3072, in: 1...262_144)
        activation = reader.choice("hidden_act", default: .gelu)
        hiddenDropout = reader.number("hidden_dropout_prob", default: 0.1, in: 0...1)
        attentionDropout = reader.number("attention_probs_dropout_prob", default: 0.1, in: 0...1)
        classifierDropout = reader.optionalNumber("classifier_dropout", in: 0...1) ?? hiddenDropout
        maximumLength = reader.integer("max_position_embeddings", default: 512, in: 1...1_000_000)
        tokenTypeCount = reader.integer("type_vocab_size", default: 2, in: 1...1000)
        initializerRange = reader.number("initializer_range", default: 0.02, in: 0...1)
        layerNormEpsilon = reader.number("layer_norm_eps", default: 1e-12, in: 0...1)
        paddingID = reader.integer("pad_token_id", default: 0, in: 0...max(vocabularySize - 1, 0))
        labels = reader.labels()

        reader.expect("model_type", toBe: "bert", because: "expected `bert`")
        reader.expect("position_embedding_type", toBe: "absolute", because: "only `absolute` is supported")
        reader.expect("is_decoder", toBe: false, because: "only encoders are supported")
        reader.expect("is_encoder_decoder", toBe: false, because: "only encoders are supported")
        reader.expect("add_cross_attention", toBe: false, because: "only encoders are supported")
        reader.expect("pruned_heads", toBe: [:], because: "pruned attention heads are not supported")
        reader.expect("quantization_config", because: "quantized weights are not supported")
        reader.expect(
            "problem_type", toBe: "single_label_classification",
            because: "only `single_label_classification` is supported")
        reader.ignore(Self.harmlessKeys)
        if hiddenSize % headCount != 0 {
            reader.report(
                "`hidden_size` \(hiddenSize) is not a multiple of `num_attention_heads` \(headCount)")
        }
        try reader.finish(
            help: "a model is only loaded if everything that its configuration says is understood")
    }

    /// What a classifier's forward pass doesn't read: provenance, memory, text generation, and the pooler's keys of
    /// the original TensorFlow files.
    private static let harmlessKeys: Set<String> = [
        "_attn_implementation_autoset", "_name_or_path", "architectures", "attn_implementation", "bos_token_id",
        "chunk_size_feed_forward", "directionality", "dtype", "eos_token_id", "finetuning_task",
        "gradient_checkpointing", "language", "model_max_length", "name", "output_attentions", "output_hidden_states",
        "output_past", "pooler_fc_size", "pooler_num_attention_heads", "pooler_num_fc_layers",
        "pooler_size_per_head", "pooler_type", "return_dict", "sentence_transformers", "sep_token_id",
        "tie_word_embeddings", "tokenizer_class", "torch_dtype", "torchscript", "transformers_version", "use_cache",
    ]
}
