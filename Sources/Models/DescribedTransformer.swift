import Tensors

/// A model that a ``TransformerDescription`` describes: an encoder (BERT) or a decoder (GPT-2, LLaMA), with a head.
final class DescribedTransformer: TransformerModel {
    let task: ModelTask
    let problemType: ProblemType
    let labels: [String]
    var recomputesLayers = false
    private let description: TransformerDescription
    private let input: InputEmbeddings
    private let layers: [TransformerLayer]
    private let finalNorm: Norm?
    private let taskHead: TaskHead

    /// - Parameter other: a model of the same description, whose layers and embeddings this one has too; nil reads them.
    init(
        _ description: TransformerDescription, task: ModelTask, problemType: ProblemType, labels: [String],
        layersOf other: DescribedTransformer?, head: (WeightReader) throws -> TaskHead, from weights: WeightReader
    ) throws {
        self.description = description
        self.task = task
        self.problemType = problemType
        self.labels = labels
        input = try other?.input ?? InputEmbeddings(description.embeddings, from: weights)
        layers = try other?.layers ?? description.layers.map { try TransformerLayer($0, from: weights) }
        finalNorm = try other?.finalNorm ?? description.finalNorm.map { try Norm($0, from: weights) }
        taskHead = try head(weights)
    }

    var modelType: String { description.modelType }
    var dimensions: ModelDimensions { description.dimensions }
    var paddingID: Int { description.paddingID }
    var wordEmbeddings: Embedding { input.words }
    var embeddingScale: Double { description.embeddings.scale }
    var embeddings: [Embedding] { input.tables }
    var linears: [Linear] { input.linears + layers.flatMap(\.linears) + taskHead.linears }
    var head: [Linear] { taskHead.taskLinears }
    var outputLayer: Linear? { taskHead.outputLayer }

    var tiedNames: [String] {
        (description.heads[task]?.steps ?? []).flatMap { step -> [String] in
            guard case .vocabulary(let name, _, let bias, true) = step else { return [] }
            return ["\(name).weight", "\(name).bias"].filter { $0 != bias }
        }
    }

    var parameters: [Parameter] {
        input.parameters + layers.flatMap(\.parameters) + (finalNorm?.parameters ?? []) + taskHead.parameters
    }

    func keepsKeys(from: Int, to: Int) -> Bool {
        description.layers.allSatisfy { layer in
            guard let rotation = layer.attention.rotation, let limit = rotation.largestUnscaledLength,
                Double(to) > limit
            else { return true }
            return rotation.frequencies(length: from) == rotation.frequencies(length: to)
        }
    }

    func states(for modelInput: ModelInput, mode: ForwardMode) throws -> Tensor {
        let shape = modelInput.shape
        let cache = modelInput.cache
        cache?.begin(layers: layers.count, prefixes: modelInput.prefixes)
        let pastLength = cache?.length ?? modelInput.prefixLength
        let layout = try layout(of: modelInput)
        var (states, first) = try beginning(modelInput, layout, mode)
        for (index, layer) in layers.enumerated().dropFirst(first) {
            // Nothing reads the last layer's other positions: what would be computed for them is left out.
            let firstOnly =
                index == layers.count - 1 && taskHead.pooling == .first && layout.isAligned && layer.allowsFirstOnly
            let prefix = modelInput.prefixes.isEmpty ? nil : modelInput.prefixes[index]
            let inputs = [states] + (prefix.map { [$0.keys, $0.values] } ?? [])
            states = try LayerRecomputation.output(of: inputs, recomputes: recomputesLayers) { inputs in
                try layer(
                    inputs[0], layout: layout,
                    prefix: prefix == nil ? nil : ModelInput.KeyValuePrefix(keys: inputs[1], values: inputs[2]),
                    memory: cache?.layers[index], firstOnly: firstOnly, mode: mode)
            }
        }
        try cache?.extend(rows: shape[0], length: shape[1], mask: modelInput.attentionMask, earlier: pastLength)
        states =
            modelInput.lastOnly
            ? try states.narrowed(dim: 1, start: shape[1] - 1, length: 1)
            : try pooled(states, layout, modelInput.attentionMask)
        return try finalNorm.map { try $0(states) } ?? states
    }

    var frozenLayerCount: Int {
        func isFrozen(_ linears: [Linear], _ parameters: [Parameter]) -> Bool {
            linears.allSatisfy { $0.adapter == nil } && !parameters.contains(where: \.isTrainable)
        }
        guard isFrozen(input.linears, input.parameters), input.tables.allSatisfy({ $0.adapter == nil }) else {
            return 0
        }
        return layers.prefix { isFrozen($0.linears, $0.parameters) }.count
    }

    func states(for modelInput: ModelInput, inFrontOf layer: Int) throws -> Tensor {
        let layout = try layout(of: modelInput)
        var states = try input(modelInput, layout: layout, mode: .inference)
        for layer in layers.prefix(layer) {
            states = try layer(states, layout: layout, prefix: nil, mode: .inference)
        }
        return states
    }

    /// What the layers begin with, and the first that is still to be computed.
    private func beginning(
        _ modelInput: ModelInput, _ layout: SequenceLayout, _ mode: ForwardMode
    ) throws -> (states: Tensor, first: Int) {
        guard case .states(let states, let layer) = modelInput.tokens else {
            return (try input(modelInput, layout: layout, mode: mode), 0)
        }
        return (try states.to(input.words.weight.value.dtype), layer)
    }

    private func layout(of modelInput: ModelInput) throws -> SequenceLayout {
        let shape = modelInput.shape
        let cache = modelInput.cache
        return try SequenceLayout(
            batch: shape[0], length: shape[1], mask: modelInput.attentionMask,
            prefixLength: cache?.length ?? modelInput.prefixLength, prefixMask: cache?.mask, isContinued: cache != nil,
            dtype: input.words.weight.value.dtype, device: device)
    }

    func logits(of states: Tensor, mode: ForwardMode) throws -> Tensor {
        try taskHead.logits(states, words: input.words, mode: mode)
    }

    func save(to folder: String) throws {
        try ModelFolder.write(
            configuration: description.json, architecture: description.heads[task]?.className ?? "", labels: labels,
            problemType: task == .sequenceClassification ? problemType : nil, parameters: parameters, to: folder)
    }

    /// The positions that enter the head: (batch, length, d) or (batch, d).
    private func pooled(_ states: Tensor, _ layout: SequenceLayout, _ mask: Tensor?) throws -> Tensor {
        switch taskHead.pooling {
        case .all: return states
        case .first:
            guard !layout.isAligned, let mask else { return try states.selected(dim: 1, index: 0) }
            return try gathered(states, places: try mask.to(.int64).argmax(dim: 1))
        case .last:
            guard let mask else { return try states.selected(dim: 1, index: states.shape[1] - 1) }
            // The place of the last token: where place · mask is largest.
            let places = try Tensor.arange(mask.shape[1], device: mask.device).unsqueezed(0)
            return try gathered(states, places: try (mask.to(.int64) * places).argmax(dim: 1))
        }
    }

    /// One position of each row, (batch, d), by its place (batch).
    private func gathered(_ states: Tensor, places: Tensor) throws -> Tensor {
        let shape = states.shape
        let index = try places.reshaped([shape[0], 1, 1]).expanded(to: [shape[0], 1, shape[2]])
        return try states.gathered(dim: 1, index).squeezed(1)
    }
}
