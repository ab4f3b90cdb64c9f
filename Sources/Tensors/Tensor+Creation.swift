import CTorch

extension Tensor {
    /// A float32 tensor of values in row-major order; a vector if no shape is given.
    package convenience init(_ values: [Float], shape: [Int]? = nil) throws {
        let handle = try values.withUnsafeBytes { bytes in
            try Self.handle(copying: bytes, dtype: .float32, shape: shape ?? [values.count])
        }
        self.init(handle: handle, library: try LibTorch.library())
    }

    /// An int64 tensor of values in row-major order; a vector if no shape is given.
    package convenience init(_ values: [Int], shape: [Int]? = nil) throws {
        let handle = try values.withUnsafeBytes { bytes in
            try Self.handle(copying: bytes, dtype: .int64, shape: shape ?? [values.count])
        }
        self.init(handle: handle, library: try LibTorch.library())
    }

    /// A bool tensor of values in row-major order; a vector if no shape is given.
    package convenience init(_ values: [Bool], shape: [Int]? = nil) throws {
        let handle = try values.withUnsafeBytes { bytes in
            try Self.handle(copying: bytes, dtype: .bool, shape: shape ?? [values.count])
        }
        self.init(handle: handle, library: try LibTorch.library())
    }

    /// A tensor without dimensions: one number.
    package convenience init(scalar: Double, dtype: DType = .float32, device: Device = .cpu) throws {
        let library = try LibTorch.library()
        guard let handle = library.api.full([], 0, scalar, dtype.code, device.code) else {
            throw library.failure("init(scalar:dtype:device:)")
        }
        self.init(handle: handle, library: library)
    }

    /// A tensor of elements as they lie in memory in row-major order; they are copied.
    ///
    /// - Throws: ``TorchError`` unless there are just as many bytes as the shape needs.
    package convenience init(bytes: UnsafeRawBufferPointer, dtype: DType, shape: [Int]) throws {
        self.init(
            handle: try Self.handle(copying: bytes, dtype: dtype, shape: shape), library: try LibTorch.library())
    }

    private static func handle(
        copying bytes: UnsafeRawBufferPointer, dtype: DType, shape: [Int]
    ) throws -> OpaquePointer {
        let library = try LibTorch.library()
        guard let handle = library.api.from_bytes(bytes.baseAddress, bytes.count, dtype.code, shape, shape.count) else {
            throw library.failure("init(_:shape:)")
        }
        return handle
    }

    /// A tensor whose elements are not set to anything.
    package static func empty(_ shape: [Int], dtype: DType = .float32, device: Device = .cpu) throws -> Tensor {
        try LibTorch.library().tensor { $0.empty(shape, shape.count, dtype.code, device.code) }
    }

    package static func full(
        _ shape: [Int], _ value: Double, dtype: DType = .float32, device: Device = .cpu
    ) throws -> Tensor {
        try LibTorch.library().tensor { $0.full(shape, shape.count, value, dtype.code, device.code) }
    }

    package static func zeros(_ shape: [Int], dtype: DType = .float32, device: Device = .cpu) throws -> Tensor {
        try LibTorch.library().tensor { $0.full(shape, shape.count, 0, dtype.code, device.code) }
    }

    package static func ones(_ shape: [Int], dtype: DType = .float32, device: Device = .cpu) throws -> Tensor {
        try LibTorch.library().tensor { $0.full(shape, shape.count, 1, dtype.code, device.code) }
    }

    /// The whole numbers 0 … count - 1.
    package static func arange(_ count: Int, dtype: DType = .int64, device: Device = .cpu) throws -> Tensor {
        try arange(from: 0, to: count, dtype: dtype, device: device)
    }

    /// The whole numbers start, start + step … below end.
    package static func arange(
        from start: Int, to end: Int, by step: Int = 1, dtype: DType = .int64, device: Device = .cpu
    ) throws -> Tensor {
        try LibTorch.library().tensor { $0.arange(start, end, step, dtype.code, device.code) }
    }
}

// MARK: - Random

extension Tensor {
    /// Draws from the normal distribution; from LibTorch's default generator unless another is given.
    package static func normal(
        _ shape: [Int], mean: Double = 0, standardDeviation: Double = 1, dtype: DType = .float32,
        device: Device = .cpu, generator: RandomGenerator? = nil
    ) throws -> Tensor {
        try LibTorch.library().tensor {
            $0.normal(shape, shape.count, mean, standardDeviation, dtype.code, device.code, generator?.handle)
        }
    }

    /// Draws evenly from `low ..< high`.
    package static func uniform(
        _ shape: [Int], low: Double = 0, high: Double = 1, dtype: DType = .float32, device: Device = .cpu,
        generator: RandomGenerator? = nil
    ) throws -> Tensor {
        try LibTorch.library().tensor {
            $0.uniform(shape, shape.count, low, high, dtype.code, device.code, generator?.handle)
        }
    }

    /// The whole numbers 0 … count - 1 in random order, int64.
    package static func permutation(_ count: Int, generator: RandomGenerator? = nil) throws -> Tensor {
        try LibTorch.library().tensor { $0.permutation(count, generator?.handle) }
    }
}
