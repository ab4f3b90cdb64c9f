import CTorch

/// An array of numbers of one type with a shape, on a device, computed by LibTorch.
///
/// Operations make new tensors and are recorded for ``backward()`` where an operand requires a gradient; those whose
/// name ends in `_` change the tensor itself. Some results share their elements with the operand, as in LibTorch:
/// what ``reshaped(_:)``, ``transposed(_:_:)`` and their like give is a view where it can be.
///
/// Dimensions count from 0, or from the end as -1, -2 …
///
/// ```swift
/// let weight = try Tensor.normal([2, 3], standardDeviation: 0.02)
/// try weight.setRequiresGradient(true)
/// let loss = try input.matmul(weight.transposed()).sum()
/// try loss.backward()
/// ```
///
/// A tensor stays in the task that made it: it is a reference to memory that others may share, hence not Sendable.
package final class Tensor {
    let handle: OpaquePointer
    let library: TorchLibrary

    /// Takes over a handle that the C interface made.
    init(handle: OpaquePointer, library: TorchLibrary) {
        self.handle = handle
        self.library = library
    }

    deinit {
        library.api.release(handle)
    }
}

// MARK: - Properties

extension Tensor {
    /// The size of each dimension; empty for a single number.
    package var shape: [Int] {
        Array(UnsafeBufferPointer(start: library.api.sizes(handle), count: rank))
    }

    /// How many dimensions there are.
    package var rank: Int { library.api.rank(handle) }

    /// How many elements there are.
    package var count: Int { library.api.count(handle) }

    /// The type of the elements.
    package var dtype: DType {
        // No function of the interface makes a tensor of any other type.
        DType(code: library.api.dtype(handle)) ?? .float32
    }

    package var device: Device { Device(code: library.api.device(handle)) }

    /// Whether the elements lie in memory in row-major order without gaps.
    package var isContiguous: Bool { library.api.is_contiguous(handle) }
}

extension Tensor: CustomStringConvertible {
    /// What kind of tensor this is, as `float32 [2, 3] on cpu`, without its elements.
    package var description: String { "\(dtype.rawValue) \(shape) on \(device)" }
}

extension [Tensor] {
    /// Lends the handles of all tensors, which stay alive meanwhile.
    func withHandles<Result>(_ body: ([OpaquePointer]) throws -> Result) rethrows -> Result {
        try withExtendedLifetime(self) { try body(map(\.handle)) }
    }
}
