import Models
import Tensors

/// The two frozen matrices that all layers share. Each layer takes as many of A's columns and of B's rows as it has
/// inputs and outputs.
struct VeRAProjection {
    /// (r, the most inputs of a layer)
    let a: Tensor
    /// (the most outputs of a layer, r)
    let b: Tensor

    static let aName = "base_model.vera_A"
    static let bName = "base_model.vera_B"

    /// The matrices that PEFT makes of a seed: U(±√(6 / inputs)), A before B, on the CPU whatever the device.
    ///
    /// - Parameter isEmpty: whether they are to take no memory, and be zero.
    init(r: Int, for layers: [Linear], key: Int, device: Device, isEmpty: Bool = false) throws {
        let generator = try RandomGenerator(seed: UInt64(key))
        func uniform(_ shape: [Int]) throws -> Tensor {
            if isEmpty { return try Tensor.zeros([], device: device).expanded(to: shape) }
            let bound = 3.0.squareRoot() * (2.0.squareRoot() / Double(shape[1]).squareRoot())
            return try Tensor.uniform(shape, low: -bound, high: bound, generator: generator).to(device)
        }
        let (outputs, inputs) = Self.size(for: layers)
        a = try uniform([r, inputs])
        b = try uniform([outputs, r])
    }

    /// Those of a file, which may be larger than these layers need.
    init(r: Int, for layers: [Linear], from tensors: WeightReader) throws {
        let (outputs, inputs) = Self.size(for: layers)
        let columns = tensors.shape(of: Self.aName)?.last ?? inputs
        let rows = tensors.shape(of: Self.bName)?.first ?? outputs
        a = try tensors.parameter(Self.aName, shape: [r, max(columns, inputs)], role: .weight).value
        b = try tensors.parameter(Self.bName, shape: [max(rows, outputs), r], role: .weight).value
    }

    private static func size(for layers: [Linear]) -> (outputs: Int, inputs: Int) {
        (layers.map(\.outputSize).max() ?? 0, layers.map(\.inputSize).max() ?? 0)
    }

    /// What a layer takes: A (r, inputs) and B (outputs, r).
    func part(for layer: Linear) throws -> (a: Tensor, b: Tensor) {
        (
            try a.narrowed(dim: 1, start: 0, length: layer.inputSize),
            try b.narrowed(dim: 0, start: 0, length: layer.outputSize)
        )
    }
}
