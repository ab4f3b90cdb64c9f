import JSONValues
import Tensors

extension DescribedArchitecture {
    static func load(
        folder: String, options: ModelOptions, layersOf other: (any TransformerModel)?
    ) throws -> LoadedModel {
        let path = ModelFolder.configurationPath(in: folder)
        var reader = try ConfigurationReader(path: path, help: ModelFolder.help)
        let description = describe(&reader)
        reader.ignoreProvenance()
        try reader.finish(help: "a model is only loaded if everything that its configuration says is understood")
        guard let head = description.heads[options.task] else {
            let known = ModelTask.allCases.filter { description.heads[$0] != nil }.map(\.rawValue)
            throw ModelError(
                path: path, ["`\(description.modelType)` has no head for \(options.task.rawValue)"],
                help: "its tasks are \(known.joined(separator: ", "))")
        }
        let weights: WeightReader
        if options.isNew {
            let fresh = FreshWeights(
                generator: options.generator, deviation: description.initializerRange,
                layerCount: description.layers.count)
            weights = WeightReader(fresh: fresh, dtype: options.dtype, device: options.device)
        } else {
            let file = try ShardedSafetensors(folder: folder)
            weights = WeightReader(
                path: folder, source: file, dtype: options.dtype, quantization: options.quantization,
                device: options.device,
                canonicalName: description.naming.canonicalName(in: file.names, head: head))
        }
        let classes = options.task.hasClasses ? classes(head, description, options, weights) : nil
        let problemType =
            options.problemType ?? description.problemType
            ?? (classes?.labels.count == 1 && options.task == .sequenceClassification ? .regression : .singleLabel)
        let model = try DescribedTransformer(
            description, task: options.task, problemType: problemType, labels: classes?.labels ?? [],
            layersOf: try other.map { try shared($0, by: description, folder) },
            head: { weights in
                try TaskHead(
                    head, classes: classes, vocabularySize: description.embeddings.vocabularySize,
                    initializerRange: description.initializerRange, options: options, from: weights)
            }, from: weights)
        try weights.finish(
            isPart: other != nil,
            help: "config.json and the weights must be those of one and the same \(description.modelType) model")
        return LoadedModel(model: model, notices: classes?.notice.map { [$0] } ?? [])
    }

    /// The layers that a model of another task is to have too.
    private static func shared(
        _ other: any TransformerModel, by description: TransformerDescription, _ folder: String
    ) throws -> DescribedTransformer {
        guard let model = other as? DescribedTransformer, model.modelType == description.modelType,
            model.dimensions == description.dimensions
        else {
            throw ModelError(
                path: folder, ["is another model than the one whose layers it is to have"],
                help: "read both from the same folder")
        }
        return model
    }

    private static func classes(
        _ head: HeadDescription, _ description: TransformerDescription, _ options: ModelOptions,
        _ weights: WeightReader
    ) -> ClassifierHead {
        ClassifierHead(
            requested: options.labels, configured: description.labels,
            rowCount: head.classLayer.flatMap { weights.shape(of: "\($0).weight")?.first })
    }
}

extension HeadDescription {
    /// The layer with an output for each class.
    var classLayer: String? {
        for case .taskLinear(let name, _, nil, _) in steps { return name }
        return nil
    }

    /// The paths of everything in the head that has tensors.
    fileprivate var paths: [String] {
        steps.flatMap { step -> [String] in
            switch step {
            case .linear(let linear): [linear.name]
            case .norm(let norm): [norm.name]
            case .taskLinear(let name, _, _, _): [name]
            case .vocabulary(let name, _, let bias, _): [name] + (bias.map { [$0] } ?? [])
            case .activation, .dropout: []
            }
        }
    }
}

extension TensorNaming {
    /// Names as the model with this head has them, by names in a file; nil for what the model leaves out.
    func canonicalName(in names: [String], head: HeadDescription) -> (String) -> String? {
        let hasPrefix = names.contains { $0.hasPrefix(basePrefix) }
        let used = head.paths
        func isUsed(_ name: String) -> Bool { used.contains { name == $0 || name.hasPrefix($0 + ".") } }
        return { name in
            if bufferSuffixes.contains(where: name.hasSuffix) { return nil }
            var name = name
            for (old, new) in oldSuffixes where name.hasSuffix(old) { name = name.dropLast(old.count) + new }
            let isOfHead = headPrefixes.contains(where: name.hasPrefix)
            if !hasPrefix, !isOfHead, !name.hasPrefix(basePrefix) { name = basePrefix + name }
            if isOfHead || optionalPrefixes.contains(where: name.hasPrefix) { return isUsed(name) ? name : nil }
            return name
        }
    }
}

extension ConfigurationReader {
    /// Passes over keys that no forward pass reads: provenance, memory, text generation.
    mutating func ignoreProvenance() {
        ignore([
            "_attn_implementation", "_attn_implementation_autoset", "_name_or_path", "architectures",
            "attn_implementation", "auto_map", "bad_words_ids", "begin_suppress_tokens", "bos_token_id",
            "chunk_size_feed_forward", "cross_attention_hidden_size", "custom_pipelines", "decoder_start_token_id",
            "diversity_penalty", "do_sample", "dtype", "early_stopping", "encoder_no_repeat_ngram_size",
            "eos_token_id", "exponential_decay_length_penalty", "finetuning_task", "forced_bos_token_id",
            "forced_eos_token_id", "gradient_checkpointing", "is_composition", "language", "length_penalty",
            "max_length", "min_length", "model_max_length", "name", "no_repeat_ngram_size", "num_beam_groups",
            "num_beams", "num_return_sequences", "output_attentions", "output_hidden_states", "output_past",
            "output_scores", "pad_token_id", "prefix", "pretraining_tp", "remove_invalid_values",
            "repetition_penalty", "return_dict", "return_dict_in_generate", "sentence_transformers", "sep_token_id",
            "suppress_tokens", "task_specific_params", "temperature", "tf_legacy_loss", "tokenizer_class", "top_k",
            "top_p", "torch_dtype", "torchscript", "transformers_version", "typical_p", "use_bfloat16", "use_cache",
        ])
        expect("pruned_heads", toBe: [:], because: "pruned attention heads are not supported")
        expect("quantization_config", because: "quantized weights are not supported")
    }

    /// What a model's file says of the problem of its row classifier.
    mutating func problemType() -> ProblemType? {
        guard let name = string("problem_type") else { return nil }
        if let type = ProblemType(rawValue: name) { return type }
        report("`problem_type` is `\(name)`: known are \(ProblemType.allCases.map(\.rawValue).joined(separator: ", "))")
        return nil
    }

    /// The model is no part of an encoder and a decoder.
    mutating func expectNoCrossAttention() {
        expect("is_decoder", toBe: false, because: "only the plain model is supported")
        expect("is_encoder_decoder", toBe: false, because: "only the plain model is supported")
        expect("add_cross_attention", toBe: false, because: "only the plain model is supported")
    }
}
