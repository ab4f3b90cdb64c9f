import Tensors

/// BERT (Devlin et al. 2018, arXiv:1810.04805) with a linear layer on its pooled first position, as
/// `BertForSequenceClassification` in transformers.
final class BERTSequenceClassifier: SequenceClassifier {
    let configuration: BERTConfiguration
    let labels: [String]
    private let embeddings: BERTEmbeddings
    private let layers: [BERTLayer]
    private let pooler: Linear
    private let classifier: Linear

    init(
        _ configuration: BERTConfiguration, labels: [String], classifier: Linear, from weights: WeightReader
    ) throws {
        self.configuration = configuration
        self.labels = labels
        self.classifier = classifier
        embeddings = try BERTEmbeddings("bert.embeddings", configuration, from: weights)
        layers = try (0..<configuration.layerCount).map { index in
            try BERTLayer("bert.encoder.layer.\(index)", configuration, from: weights)
        }
        let width = configuration.hiddenSize
        pooler = try Linear("bert.pooler.dense", inputs: width, outputs: width, from: weights)
    }

    var dimensions: ModelDimensions {
        ModelDimensions(
            hiddenSize: configuration.hiddenSize, layerCount: configuration.layerCount,
            attentionHeadCount: configuration.headCount, vocabularySize: configuration.vocabularySize,
            maximumLength: configuration.maximumLength, tokenTypeCount: configuration.tokenTypeCount)
    }

    var paddingID: Int { configuration.paddingID }
    var wordEmbeddings: Embedding { embeddings.words }
    var linears: [Linear] { layers.flatMap(\.linears) + [pooler, classifier] }
    var head: [Linear] { [classifier] }

    var parameters: [Parameter] {
        embeddings.parameters + layers.flatMap(\.parameters) + pooler.parameters + classifier.parameters
    }

    func logits(for input: ModelInput, mode: ForwardMode) throws -> Tensor {
        let isTraining = mode == .training
        var states = try embeddings(input, mode: mode)
        let mask = try input.attentionMask.map { try Self.additiveMask($0, dtype: states.dtype) }
        for layer in layers.dropLast() {
            states = try layer(states, over: states, mask: mask, mode: mode)
        }
        // Nothing reads the last layer's other positions: what would be computed for them is left out.
        if let last = layers.last {
            let first = try states.narrowed(dim: 1, start: 0, length: 1)
            states = try last(first, over: states, mask: mask, mode: mode)
        }
        let pooled = try pooler(try states.selected(dim: 1, index: 0), mode: mode).tanh()
        let dropped = try NN.dropout(
            pooled.to(classifier.weight.value.dtype), probability: configuration.classifierDropout,
            training: isTraining)
        return try classifier(dropped, mode: mode)
    }

    func save(to folder: String) throws {
        try ModelFolder.write(
            configuration: configuration.json, architecture: "BertForSequenceClassification", labels: labels,
            parameters: parameters, to: folder)
    }

    /// Zero at tokens and minus infinity at padding, (batch, 1, 1, length).
    private static func additiveMask(_ mask: Tensor, dtype: DType) throws -> Tensor {
        let zeros = try Tensor.zeros([mask.shape[0], 1, 1, mask.shape[1]], dtype: dtype, device: mask.device)
        let padding = try mask.equal(Tensor.zeros([1], dtype: .bool, device: mask.device))
        return try zeros.maskedFill(try padding.unsqueezed(1).unsqueezed(1), -Double.infinity)
    }
}
