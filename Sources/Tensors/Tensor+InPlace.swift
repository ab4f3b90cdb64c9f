import CTorch

// These change the elements of the tensor itself, and of every view of it. A leaf that requires a gradient refuses
// them except inside `withoutGradients`.

extension Tensor {
    /// Adds `scale * other`.
    package func add_(_ other: Tensor, scale: Double = 1) throws {
        try library.run { $0.add_(handle, other.handle, scale) }
    }

    package func multiply_(_ factor: Double) throws {
        try library.run { $0.multiply_scalar_(handle, factor) }
    }

    /// Takes the elements of another tensor, converted to this one's type and device, and repeated to its shape.
    package func copy_(from source: Tensor) throws {
        try library.run { $0.copy_(handle, source.handle) }
    }

    package func fill_(_ value: Double) throws {
        try library.run { $0.fill_(handle, value) }
    }

    package func zero_() throws {
        try library.run { $0.fill_(handle, 0) }
    }
}
