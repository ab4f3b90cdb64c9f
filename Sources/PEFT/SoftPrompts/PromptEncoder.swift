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
    /// The linear layers, with ReLU between them.
    private let linears: [Linear]

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
        embedding = try make("embedding.weight", [method.numVirtualTokens, width], .embedding, nil)
        func linear(_ name: String, _ inputs: Int, _ outputs: Int) throws -> Linear {
            try PromptEncoderFile.linear(name, inputs: inputs, outputs: outputs, make)
        }
        switch method.encoderReparameterizationType {
        case .mlp:
            recurrent = []
            linears = [
                try linear("mlp_head.0", width, hidden), try linear("mlp_head.2", hidden, hidden),
                try linear("mlp_head.4", hidden, width),
            ]
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
            linears = [
                try linear("mlp_head.0", 2 * hidden, 2 * hidden), try linear("mlp_head.2", 2 * hidden, width),
            ]
        }
    }

    var parameters: [Parameter] { [embedding] + recurrent + linears.flatMap(\.parameters) }

    func vectors(mode: ForwardMode) throws -> Tensor {
        var states = embedding.value
        if !recurrent.isEmpty {
            states = try NN.lstm(
                states.unsqueezed(0), weights: recurrent.map(\.value), hiddenSize: method.encoderHiddenSize,
                layers: method.encoderNumLayers, bidirectional: true, dropout: method.encoderDropout,
                training: mode == .training
            ).squeezed(0)
        }
        for (index, linear) in linears.enumerated() {
            states = try linear(index == 0 ? states : states.relu(), mode: mode)
        }
        return states
    }

    func save(to folder: String) throws {
        try PromptEncoderFile(parameters: parameters).save(to: folder)
    }

    /// - Throws: ``PEFTError`` if the network's outputs are not the saved vectors.
    func check(against vectors: Tensor, folder: String) throws {
        try PromptEncoderFile.check(self, against: vectors, folder: folder)
    }
}
