import CTorch

extension Tensor {
    /// The same elements in another shape; one size may be -1, which is then what fits.
    package func reshaped(_ shape: [Int]) throws -> Tensor {
        try library.tensor { $0.reshape(handle, shape, shape.count) }
    }

    /// Repeats dimensions of size 1, without copying, to the given shape; -1 keeps a size.
    package func expanded(to shape: [Int]) throws -> Tensor {
        try library.tensor { $0.expand(handle, shape, shape.count) }
    }

    /// The dimensions in another order: dimension i of the result is `dimensions[i]` of this tensor.
    package func permuted(_ dimensions: [Int]) throws -> Tensor {
        try library.tensor { $0.permute(handle, dimensions, dimensions.count) }
    }

    /// Swaps two dimensions, by default the last two.
    package func transposed(_ a: Int = -2, _ b: Int = -1) throws -> Tensor {
        try library.tensor { $0.transpose(handle, a, b) }
    }

    /// Puts a dimension of size 1 in.
    package func unsqueezed(_ dim: Int) throws -> Tensor {
        try library.tensor { $0.unsqueeze(handle, dim) }
    }

    /// Takes a dimension of size 1 out; one of another size stays.
    package func squeezed(_ dim: Int) throws -> Tensor {
        try library.tensor { $0.squeeze(handle, dim) }
    }

    /// Joins the dimensions from `first` to `last` into one.
    package func flattened(from first: Int = 0, to last: Int = -1) throws -> Tensor {
        try library.tensor { $0.flatten(handle, first, last) }
    }

    /// The part of a dimension from `start` on.
    package func narrowed(dim: Int, start: Int, length: Int) throws -> Tensor {
        try library.tensor { $0.narrow(handle, dim, start, length) }
    }

    /// One index of a dimension, which the result lacks.
    package func selected(dim: Int, index: Int) throws -> Tensor {
        try library.tensor { $0.select(handle, dim, index) }
    }

    /// Parts of the given sizes, one behind the other, along a dimension.
    package func split(sizes: [Int], dim: Int) throws -> [Tensor] {
        var parts = [OpaquePointer?](repeating: nil, count: sizes.count)
        try library.run { $0.split(handle, sizes, sizes.count, dim, &parts) }
        return parts.compactMap { $0.map { Tensor(handle: $0, library: library) } }
    }

    /// Joins tensors along a dimension that they have.
    package static func concatenated(_ tensors: [Tensor], dim: Int) throws -> Tensor {
        try LibTorch.library().tensor { api in
            tensors.withHandles { api.concatenate($0, $0.count, dim) }
        }
    }

    /// Joins tensors of one shape along a new dimension.
    package static func stacked(_ tensors: [Tensor], dim: Int = 0) throws -> Tensor {
        try LibTorch.library().tensor { api in
            tensors.withHandles { api.stack($0, $0.count, dim) }
        }
    }

    /// The same elements in row-major order without gaps: this tensor's own memory where it has that order.
    package func contiguous() throws -> Tensor {
        try library.tensor { $0.contiguous(handle) }
    }

    /// Zeros below the diagonal; diagonals above the main one have positive numbers.
    package func triu(diagonal: Int = 0) throws -> Tensor {
        try library.tensor { $0.upper_triangle(handle, diagonal) }
    }

    /// Zeros above the diagonal; diagonals above the main one have positive numbers.
    package func tril(diagonal: Int = 0) throws -> Tensor {
        try library.tensor { $0.lower_triangle(handle, diagonal) }
    }
}
