import Tensors

/// From hidden states to a task's logits, step by step as a ``HeadDescription`` says.
final class TaskHead {
    enum Step {
        case linear(Linear)
        case activation(Activation)
        case norm(Norm)
        case dropout(Double)
        /// Logits over the vocabulary by a layer, or by the word embeddings (vocabulary, width) and a bias.
        case vocabulary(Linear)
        case tiedVocabulary(bias: Parameter?)
    }

    let pooling: HeadDescription.Pooling
    let steps: [Step]
    /// The layers that belong to the task.
    let taskLinears: [Linear]

    init(pooling: HeadDescription.Pooling, steps: [Step], taskLinears: [Linear]) {
        self.pooling = pooling
        self.steps = steps
        self.taskLinears = taskLinears
    }

    var linears: [Linear] {
        steps.compactMap { step in
            switch step {
            case .linear(let linear), .vocabulary(let linear): linear
            default: nil
            }
        }
    }

    /// The layer that gives logits over the vocabulary, where it is one of its own.
    var outputLayer: Linear? {
        for case .vocabulary(let linear) in steps { return linear }
        return nil
    }

    var parameters: [Parameter] {
        steps.flatMap { step -> [Parameter] in
            switch step {
            case .linear(let linear), .vocabulary(let linear): linear.parameters
            case .norm(let norm): norm.parameters
            case .tiedVocabulary(let bias): bias.map { [$0] } ?? []
            case .activation, .dropout: []
            }
        }
    }

    /// - Parameter states: (batch, d), or (batch, length, d) where every position enters.
    func logits(_ states: Tensor, words: Embedding, mode: ForwardMode) throws -> Tensor {
        var states = states
        for step in steps {
            switch step {
            case .linear(let linear), .vocabulary(let linear):
                states = try linear(try states.to(linear.weight.value.dtype), mode: mode)
            case .activation(let activation): states = try activation(states)
            case .norm(let norm): states = try norm(states)
            case .dropout(let probability):
                states = try NN.dropout(states, probability: probability, training: mode == .training)
            case .tiedVocabulary(let bias):
                states = try NN.linear(states, weight: words.weight.value, bias: bias?.value)
            }
        }
        return states
    }
}

extension TaskHead {
    /// Reads a head's weights, or makes the layers that belong to the task anew.
    convenience init(
        _ description: HeadDescription, classes: ClassifierHead?, vocabularySize entries: Int,
        initializerRange: Double, options: ModelOptions, from weights: WeightReader
    ) throws {
        var taskLinears: [Linear] = []
        let steps: [Step] = try description.steps.map { step in
            switch step {
            case .linear(let linear): return .linear(try Linear(linear, from: weights))
            case .activation(let activation): return .activation(activation)
            case .norm(let norm): return .norm(try Norm(norm, from: weights))
            case .dropout(let probability): return .dropout(probability)
            case .vocabulary(let name, let width, let bias, let isTied):
                guard isTied else {
                    let layer = LinearDescription(name: name, inputs: width, outputs: entries, hasBias: bias != nil)
                    return .vocabulary(try Linear(layer, from: weights))
                }
                // Files may hold copies of what is tied.
                for copy in ["\(name).weight", "\(name).bias"] where copy != bias { weights.skip(copy) }
                return .tiedVocabulary(
                    bias: try bias.map { try weights.parameter($0, shape: [entries], role: .bias) })
            case .taskLinear(let name, let inputs, let outputs, let hasBias):
                let linear = try taskLinear(
                    name, inputs, outputs, hasBias, classes, initializerRange, options, weights)
                taskLinears.append(linear)
                return .linear(linear)
            }
        }
        self.init(pooling: description.pooling, steps: steps, taskLinears: taskLinears)
    }
}

/// - Parameter outputs: nil for one output a class.
private func taskLinear(
    _ name: String, _ inputs: Int, _ outputs: Int?, _ hasBias: Bool, _ classes: ClassifierHead?,
    _ initializerRange: Double, _ options: ModelOptions, _ weights: WeightReader
) throws -> Linear {
    let count = outputs ?? classes?.labels.count ?? 1
    guard let classes, case .file(let rows) = classes.source else {
        weights.skip("\(name).weight")
        weights.skip("\(name).bias")
        return try Linear(
            fresh: name, inputs: inputs, outputs: count, hasBias: hasBias, standardDeviation: initializerRange,
            device: options.device, generator: options.generator)
    }
    let layer = try Linear(
        LinearDescription(name: name, inputs: inputs, outputs: count, hasBias: hasBias), dtype: .float32, from: weights)
    if outputs == nil { try layer.reorderOutputs(rows) }
    return layer
}
