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
    package var value: Tensor
    /// Files hold the matrix the other way round, (inputs, outputs).
    package let isTransposedInFile: Bool

    package init(name: String, role: Role, value: Tensor, isTransposedInFile: Bool = false) {
        self.name = name
        self.role = role
        self.value = value
        self.isTransposedInFile = isTransposedInFile
    }

    /// The value as a model's file holds it.
    package var fileValue: Tensor {
        get throws { isTransposedInFile ? try value.detached().transposed().contiguous() : try value.detached() }
    }

    package var shape: [Int] { value.shape }

    /// Whether `backward()` computes this parameter's gradient.
    package var isTrainable: Bool { value.requiresGradient }

    package func setTrainable(_ isTrainable: Bool) throws {
        try value.setRequiresGradient(isTrainable)
    }
}
