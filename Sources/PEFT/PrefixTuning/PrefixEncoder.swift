import Models
import Tensors

/// The network of prefix tuning with a projection: d → h, tanh, h → 2 · layers · d, with PEFT's names.
final class PrefixEncoder: PromptSource {
    /// The network's input, (V, d)
    private let embedding: Parameter
    private let first: Linear
    private let second: Linear
    private let file: PromptEncoderFile

    /// A new network with PyTorch's first values.
    convenience init(
        _ method: PrefixTuning, layout: PrefixLayout, device: Device, generator: RandomGenerator
    ) throws {
        try self.init(
            method, layout: layout, make: PromptEncoderFile.fresh(device: device, generator: generator))
        guard method.startsWithZeros else { return }
        for parameter in second.parameters { try parameter.value.zero_() }
    }

    /// A network that was saved beside an adapter.
    convenience init(_ method: PrefixTuning, layout: PrefixLayout, folder: String, device: Device) throws {
        let (make, finish) = try PromptEncoderFile.saved(in: folder, device: device)
        try self.init(method, layout: layout, make: make)
        try finish()
    }

    private init(
        _ method: PrefixTuning, layout: PrefixLayout, make: PromptEncoderFile.Maker
    ) throws {
        let width = layout.tokenWidth
        let hidden = method.encoderHiddenSize ?? width
        embedding = try make("embedding.weight", [method.numVirtualTokens, width], .embedding, nil)
        first = try PromptEncoderFile.linear("transform.0", inputs: width, outputs: hidden, make)
        second = try PromptEncoderFile.linear("transform.2", inputs: hidden, outputs: layout.width, make)
        file = PromptEncoderFile(parameters: [embedding] + first.parameters + second.parameters)
    }

    var parameters: [Parameter] { file.parameters }

    func vectors(mode: ForwardMode) throws -> Tensor {
        try second(first(embedding.value, mode: mode).tanh(), mode: mode)
    }

    func save(to folder: String) throws { try file.save(to: folder) }

    /// - Throws: ``PEFTError`` if the network's outputs are not the saved vectors.
    func check(against vectors: Tensor, folder: String) throws {
        try PromptEncoderFile.check(self, against: vectors, folder: folder)
    }
}
