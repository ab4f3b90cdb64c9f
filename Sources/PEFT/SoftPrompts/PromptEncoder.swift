import Foundation
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

    /// A new network with PyTorch's first values: N(0, 1) for the input, U(±1/√inputs) for linear layers and
    /// U(±1/√h) for the LSTM.
    convenience init(_ method: PTuning, width: Int, device: Device, generator: RandomGenerator) throws {
        try self.init(method, width: width) { name, shape, role, bound in
            let value =
                if let bound {
                    try Tensor.uniform(shape, low: -bound, high: bound, generator: generator)
                } else {
                    try Tensor.normal(shape, mean: 0, standardDeviation: 1, generator: generator)
                }
            return Parameter(name: Self.prefix + name, role: role, value: try value.to(device))
        }
    }

    /// A network that was saved beside an adapter.
    ///
    /// - Throws: ``PEFTError`` if there is none; ``ModelError`` if its tensors aren't the method's.
    convenience init(_ method: PTuning, width: Int, folder: String, device: Device) throws {
        let path = AdapterFolder.path(Self.fileName, in: folder)
        guard FileManager.default.fileExists(atPath: path) else {
            throw PEFTError(
                ["\(folder) has no \(Self.fileName): without the prompt encoder, P-tuning can't be trained further"],
                help: "adapters that PEFT saved can be evaluated, not trained")
        }
        let tensors = WeightReader(path: path, source: try SafetensorsFile(path), device: device)
        try self.init(method, width: width) { name, shape, role, _ in
            let value = try tensors.parameter(name, shape: shape, role: role).value
            return Parameter(name: Self.prefix + name, role: role, value: value)
        }
        try tensors.finish(help: "the file must be the one that was saved with this adapter")
    }

    /// - Parameter make: a parameter of a name, shape, role and bound of its first values (nil: N(0, 1)).
    private init(
        _ method: PTuning, width: Int,
        make: (_ name: String, _ shape: [Int], _ role: Parameter.Role, _ bound: Double?) throws -> Parameter
    ) throws {
        self.method = method
        let hidden = method.encoderHiddenSize
        embedding = try make("embedding.weight", [method.numVirtualTokens, width], .embedding, nil)
        func linear(_ name: String, _ inputs: Int, _ outputs: Int) throws -> Linear {
            let bound = 1 / Double(inputs).squareRoot()
            return Linear(
                name: Self.prefix + name,
                weight: try make("\(name).weight", [outputs, inputs], .weight, bound),
                bias: try make("\(name).bias", [outputs], .bias, bound))
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
        let tensors = try parameters.map { (String($0.name.dropFirst(Self.prefix.count)), try $0.value.detached()) }
        try Safetensors.write(
            Dictionary(uniqueKeysWithValues: tensors), metadata: ["format": "pt"],
            to: AdapterFolder.path(Self.fileName, in: folder))
    }

    /// - Throws: ``PEFTError`` if the network's outputs are not the saved vectors.
    func check(against vectors: Tensor, folder: String) throws {
        let difference = try withoutGradients { try (self.vectors(mode: .inference) - vectors).maxAbs() }
        guard difference <= 1e-4 else {
            throw PEFTError(
                ["\(folder): \(Self.fileName) does not make the vectors in adapter_model.safetensors"],
                help: "the two files must come from one save")
        }
    }

    static var fileName: String { "prompt_encoder.safetensors" }
    private static var prefix: String { "prompt_encoder." }
}
