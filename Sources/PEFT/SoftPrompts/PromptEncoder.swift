import Models
import Tensors

/// The network of P-tuning, with the names and shapes of PEFT's `PromptEncoder`.
///
/// - MLP: d → h, ReLU, h → h, ReLU, h → d.
/// - LSTM: bidirectional over the V positions with h a direction, then 2h → 2h, ReLU, 2h → d.
final class PromptEncoder: PromptSource {
    private let method: PTuning
    /// The network's input, (V, d)
    private let embedding: Parameter
    /// The LSTM's weights, in LibTorch's order; empty for an MLP.
    private let recurrent: [Parameter]
    /// The linear layers before the last, with ReLU behind each.
    private let linears: [Linear]
    /// The linear layer that gives the vectors.
    private let output: Linear

    /// A new network with PyTorch's first values.
    convenience init(_ method: PTuning, width: Int, device: Device, generator: RandomGenerator) throws {
        try self.init(method, width: width, make: PromptEncoderFile.fresh(device: device, generator: generator))
    }

    /// A network that was saved beside an adapter.
    ///
    /// - Throws: ``PEFTError`` if there is none; ``ModelError`` if its tensors aren't the method's.
    convenience init(_ method: PTuning, width: Int, folder: String, device: Device) throws {
        let (make, finish) = try PromptEncoderFile.saved(in: folder, device: device)
        try self.init(method, width: width, make: make)
        try finish()
    }

    private init(_ method: PTuning, width: Int, make: PromptEncoderFile.Maker) throws {
        self.method = method
        let hidden = method.encoderHiddenSize
        embedding = try make("embedding.weight", [method.totalVirtualTokens, width], .embedding, nil)
        func linear(_ name: String, _ inputs: Int, _ outputs: Int) throws -> Linear {
            try PromptEncoderFile.linear(name, inputs: inputs, outputs: outputs, make)
        }
        switch method.encoderReparameterizationType {
        case .mlp:
            recurrent = []
            linears = [try linear("mlp_head.0", width, hidden), try linear("mlp_head.2", hidden, hidden)]
            output = try linear("mlp_head.4", hidden, width)
        case .lstm:
            let bound = 1 / Double(hidden).squareRoot()
            var recurrent: [Parameter] = []
            for layer in 0..<method.encoderNumLayers {
                let inputs = layer == 0 ? width : 2 * hidden
                for suffix in ["l\(layer)", "l\(layer)_reverse"] {
                    recurrent += [
                        try make("lstm_head.weight_ih_\(suffix)", [4 * hidden, inputs], .weight, bound),
                        try make("lstm_head.weight_hh_\(suffix)", [4 * hidden, hidden], .weight, bound),
                        try make("lstm_head.bias_ih_\(suffix)", [4 * hidden], .bias, bound),
                        try make("lstm_head.bias_hh_\(suffix)", [4 * hidden], .bias, bound),
                    ]
                }
            }
            self.recurrent = recurrent
            linears = [try linear("mlp_head.0", 2 * hidden, 2 * hidden)]
            output = try linear("mlp_head.2", 2 * hidden, width)
        }
    }

    var parameters: [Parameter] { [embedding] + recurrent + linears.flatMap(\.parameters) + output.parameters }

    func vectors(mode: ForwardMode) throws -> Tensor { try output(try features(mode: mode), mode: mode) }

    /// What the last layer reads, (V, h) or (V, 2h).
    private func features(mode: ForwardMode) throws -> Tensor {
        var states = embedding.value
        if !recurrent.isEmpty {
            states = try NN.lstm(
                states.unsqueezed(0), weights: recurrent.map(\.value), hiddenSize: method.encoderHiddenSize,
                layers: method.encoderNumLayers, bidirectional: true, dropout: method.encoderDropout,
                training: mode == .training
            ).squeezed(0)
        }
        for linear in linears { states = try linear(states, mode: mode).relu() }
        return states
    }

    /// Sets the last layer so that the network makes these vectors, with the least weights that do; where there are
    /// more of them than it has inputs, the nearest in the sense of least squares. Directions in which what it reads
    /// hardly differs are left out: their weights would be huge.
    ///
    /// - Parameter vectors: (V, d)
    func fit(_ vectors: Tensor) throws {
        try withoutGradients {
            let inverse = try features(mode: .inference).pseudoInverse(relativeTolerance: 0.01)
            try output.weight.value.copy_(from: try inverse.matmul(vectors).transposed())
            try output.bias?.value.zero_()
        }
    }

    func save(to folder: String) throws {
        try PromptEncoderFile(parameters: parameters).save(to: folder)
    }

    /// - Throws: ``PEFTError`` if the network's outputs are not the saved vectors.
    func check(against vectors: Tensor, folder: String) throws {
        try PromptEncoderFile.check(self, against: vectors, folder: folder)
    }
}
