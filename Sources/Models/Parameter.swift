package import Tensors

/// A named tensor of a model or an adapter that training may change.
package final class Parameter {
    /// What the tensor is for. Weight decay acts on weights and embeddings only.
    package enum Role: Sendable {
        case weight
        case bias
        case norm
        case embedding
    }

    /// The name in a model file: `bert.encoder.layer.0.attention.self.query.weight`.
    package let name: String
    package let role: Role
    /// Of a weight in few bits this tells shape, type and device, and every element is no number: who needs the
    /// elements asks for ``dense()``. Setting it ends the weight's being in few bits.
    package var value: Tensor {
        didSet { reduced = nil }
    }
    /// Files hold the matrix the other way round, (inputs, outputs).
    package let isTransposedInFile: Bool
    private var reduced: (weight: QuantizedTensor, samples: [Float])?

    package init(name: String, role: Role, value: Tensor, isTransposedInFile: Bool = false) {
        self.name = name
        self.role = role
        self.value = value
        self.isTransposedInFile = isTransposedInFile
    }

    /// A frozen weight in few bits.
    ///
    /// - Parameters:
    ///   - value: the weight, (outputs, inputs), of finite numbers.
    ///   - dtype: the type that the model computes in.
    convenience init(
        name: String, quantizing value: Tensor, as quantization: Quantization, dtype: DType, isTransposedInFile: Bool
    ) throws {
        let noNumber = try Tensor.full([], .nan, dtype: dtype)
        self.init(
            name: name, role: .weight, value: try noNumber.expanded(to: value.shape),
            isTransposedInFile: isTransposedInFile)
        reduced = (try QuantizedTensor(value, as: quantization), try Self.samples(of: value, dtype))
    }

    /// The weight where it is kept in few bits.
    package var quantized: QuantizedTensor? { reduced?.weight }

    /// The elements: the value, or what a weight in few bits stands for.
    package func dense() throws -> Tensor { try quantized?.dequantized(as: value.dtype) ?? value }

    /// The value as a model's file holds it.
    package var fileValue: Tensor {
        get throws {
            let value = try dense().detached()
            return isTransposedInFile ? try value.transposed().contiguous() : value
        }
    }

    package var shape: [Int] { value.shape }

    /// The memory that the parameter takes.
    package var byteCount: Int { quantized?.byteCount ?? value.count * value.dtype.byteCount }

    /// Whether `backward()` computes this parameter's gradient.
    package var isTrainable: Bool { value.requiresGradient }

    /// - Throws: ``ModelError`` for a weight in few bits that is to be trained.
    package func setTrainable(_ isTrainable: Bool) throws {
        if isTrainable, quantized != nil { throw ModelError.trained(quantized: [self]) }
        try value.setRequiresGradient(isTrainable)
    }
}

// MARK: - What a parameter holds

extension Parameter {
    /// What a parameter holds, to be put back later: a reference, no copy.
    package struct Content {
        fileprivate let value: Tensor
        fileprivate let reduced: (weight: QuantizedTensor, samples: [Float])?

        /// Whether both are one and the same tensor.
        package func isSame(as other: Content) -> Bool { value === other.value }
    }

    package var content: Content {
        get { Content(value: value, reduced: reduced) }
        set {
            value = newValue.value
            reduced = newValue.reduced
        }
    }
}

// MARK: - What tells one parameter from another

extension Parameter {
    private static let sampleCount = 64

    /// Some elements, evenly spread, of a weight in few bits those that it had before.
    package func samples() throws -> [Float] { try reduced?.samples ?? Self.samples(of: value, value.dtype) }

    private static func samples(of value: Tensor, _ dtype: DType) throws -> [Float] {
        let flat = try value.detached().reshaped([-1])
        let step = max(1, flat.count / sampleCount)
        let places = try Tensor.arange(from: 0, to: flat.count, by: step, device: flat.device)
        return try flat.indexSelected(dim: 0, places).to(dtype).floats()
    }
}

extension ModelError {
    /// What is trained would have to be rounded to few bits at each step.
    static func trained(quantized parameters: [Parameter]) -> ModelError {
        let first = parameters.first.map { "`\($0.name)`" } ?? ""
        let others = parameters.count > 1 ? " and \(parameters.count - 1) more" : ""
        return ModelError(
            ["\(first)\(others) would be trained, and is kept in few bits"],
            help: "write `quantization: none`, or train an adapter alone")
    }
}
