import Foundation
import Models
import Tensors

/// The network that makes a prompt's vectors, kept beside the adapter in `prompt_encoder.safetensors`: PEFT saves the
/// vectors alone, by which training can't go on.
struct PromptEncoderFile {
    /// Makes a parameter of a name, shape, role and bound of its first values (nil: N(0, 1)).
    typealias Maker = (_ name: String, _ shape: [Int], _ role: Parameter.Role, _ bound: Double?) throws -> Parameter

    let parameters: [Parameter]

    /// New parameters with PyTorch's first values: N(0, 1) for the input, U(±bound) for the rest.
    static func fresh(device: Device, generator: RandomGenerator) -> Maker {
        { name, shape, role, bound in
            let value =
                if let bound {
                    try Tensor.uniform(shape, low: -bound, high: bound, generator: generator)
                } else {
                    try Tensor.normal(shape, mean: 0, standardDeviation: 1, generator: generator)
                }
            return Parameter(name: prefix + name, role: role, value: try value.to(device))
        }
    }

    /// Parameters that were saved beside an adapter, and what must be called when all are made.
    ///
    /// - Throws: ``PEFTError`` if there are none; `finish` throws ``ModelError`` if they aren't the method's.
    static func saved(in folder: String, device: Device) throws -> (make: Maker, finish: () throws -> Void) {
        let path = AdapterFolder.path(fileName, in: folder)
        guard FileManager.default.fileExists(atPath: path) else {
            throw PEFTError(
                ["\(folder) has no \(fileName): without the prompt encoder, the prompt can't be trained further"],
                help: "adapters that PEFT saved can be evaluated, not trained")
        }
        let tensors = WeightReader(path: path, source: try SafetensorsFile(path), device: device)
        return (
            { name, shape, role, _ in
                let value = try tensors.parameter(name, shape: shape, role: role).value
                return Parameter(name: prefix + name, role: role, value: value)
            }, { try tensors.finish(help: "the file must be the one that was saved with this adapter") }
        )
    }

    /// A linear layer with a bias, both from U(±1/√inputs).
    static func linear(_ name: String, inputs: Int, outputs: Int, _ make: Maker) throws -> Linear {
        let bound = 1 / Double(inputs).squareRoot()
        return Linear(
            name: prefix + name, weight: try make("\(name).weight", [outputs, inputs], .weight, bound),
            bias: try make("\(name).bias", [outputs], .bias, bound))
    }

    func save(to folder: String) throws {
        let tensors = try parameters.map { (String($0.name.dropFirst(Self.prefix.count)), try $0.value.detached()) }
        try Safetensors.write(
            Dictionary(uniqueKeysWithValues: tensors), metadata: ["format": "pt"],
            to: AdapterFolder.path(Self.fileName, in: folder))
    }

    /// - Throws: ``PEFTError`` if a network's outputs are not the saved vectors.
    static func check(_ source: any PromptSource, against vectors: Tensor, folder: String) throws {
        let difference = try withoutGradients { try (source.vectors(mode: .inference) - vectors).maxAbs() }
        guard difference <= 1e-4 else {
            throw PEFTError(
                ["\(folder): \(fileName) does not make the vectors in adapter_model.safetensors"],
                help: "the two files must come from one save")
        }
    }

    static var fileName: String { "prompt_encoder.safetensors" }
    private static var prefix: String { "prompt_encoder." }
}
