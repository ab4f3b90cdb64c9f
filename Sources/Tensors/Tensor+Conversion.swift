import CTorch

extension Tensor {
    /// The elements as another type; this tensor's own memory where it has that type.
    package func to(_ dtype: DType) throws -> Tensor {
        try library.tensor { $0.to_dtype(handle, dtype.code) }
    }

    /// The elements on another device; this tensor's own memory where it is there.
    package func to(_ device: Device) throws -> Tensor {
        try library.tensor { $0.to_device(handle, device.code) }
    }

    /// The same elements, in the same memory, without the operations that led to them: gradients stop here.
    package func detached() throws -> Tensor {
        try library.tensor { $0.detach(handle) }
    }

    /// The elements in memory of their own. Gradients pass through.
    package func copy() throws -> Tensor {
        try library.tensor { $0.copy(handle) }
    }
}
