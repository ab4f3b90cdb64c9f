import Foundation
import JSONValues
import Tensors

/// BERT and what is built like it (MiniLM), from a folder of `BertModel` or `BertForSequenceClassification`.
enum BERT: ModelArchitecture {
    static var modelType: String { "bert" }

    static func loadSequenceClassifier(folder: String, options: ModelOptions) throws -> LoadedClassifier {
        let configuration = try BERTConfiguration(folder: folder)
        let file = try ShardedSafetensors(folder: folder)
        let weights = WeightReader(
            path: folder, source: file, dtype: options.dtype, device: options.device,
            canonicalName: canonicalName(in: file.names))
        let head = ClassifierHead(
            requested: options.labels, configured: configuration.labels,
            rowCount: weights.shape(of: "classifier.weight")?.first)
        let classifier = try classifier(for: head, configuration, options, from: weights)
        let model = try BERTSequenceClassifier(
            configuration, labels: head.labels, classifier: classifier, from: weights)
        try weights.finish(
            help: "config.json and the weights must be those of one and the same BERT model with a pooler")
        return LoadedClassifier(model: model, notices: head.notice.map { [$0] } ?? [])
    }

    /// Names as `BertForSequenceClassification` has them. A `BertModel` is saved without `bert.`; the first releases
    /// called a norm's parameters gamma and beta; heads of pretraining and a buffer of positions are no parameters.
    private static func canonicalName(in names: [String]) -> (String) -> String? {
        let hasPrefix = names.contains { $0.hasPrefix("bert.") }
        return { name in
            if name.hasPrefix("cls.") || name.hasSuffix("embeddings.position_ids") { return nil }
            var name = name
            if !hasPrefix, !name.hasPrefix("classifier.") { name = "bert." + name }
            for (old, new) in [("LayerNorm.gamma", "LayerNorm.weight"), ("LayerNorm.beta", "LayerNorm.bias")]
            where name.hasSuffix(old) {
                name = name.dropLast(old.count) + new
            }
            return name
        }
    }

    private static func classifier(
        for head: ClassifierHead, _ configuration: BERTConfiguration, _ options: ModelOptions,
        from weights: WeightReader
    ) throws -> Linear {
        let name = "classifier"
        let width = configuration.hiddenSize
        switch head.source {
        case .new:
            weights.skip("\(name).weight")
            weights.skip("\(name).bias")
            return try Linear(
                fresh: name, inputs: width, outputs: head.labels.count,
                standardDeviation: configuration.initializerRange, device: options.device,
                generator: options.generator)
        case .file(let rows):
            let layer = try Linear(name, inputs: width, outputs: rows.count, dtype: .float32, from: weights)
            try layer.reorderOutputs(rows)
            return layer
        }
    }
}
