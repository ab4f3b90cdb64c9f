import CTorch

extension Tensor {
    /// The sum over the given dimensions, or over all; `keepDim` leaves them with size 1.
    package func sum(dims: [Int]? = nil, keepDim: Bool = false) throws -> Tensor {
        try library.tensor { $0.sum(handle, dims, dims?.count ?? 0, keepDim) }
    }

    /// The mean over the given dimensions, or over all; `keepDim` leaves them with size 1.
    package func mean(dims: [Int]? = nil, keepDim: Bool = false) throws -> Tensor {
        try library.tensor { $0.mean(handle, dims, dims?.count ?? 0, keepDim) }
    }

    /// The largest elements along a dimension and their indices in it.
    package func max(dim: Int, keepDim: Bool = false) throws -> (values: Tensor, indices: Tensor) {
        var values: OpaquePointer?
        var indices: OpaquePointer?
        try library.run { $0.max(handle, dim, keepDim, &values, &indices) }
        guard let values, let indices else { throw library.failure(#function) }
        return (Tensor(handle: values, library: library), Tensor(handle: indices, library: library))
    }

    /// Where the largest element along a dimension stands.
    package func argmax(dim: Int, keepDim: Bool = false) throws -> Tensor {
        try library.tensor { $0.argmax(handle, dim, keepDim) }
    }

    /// The sums of all elements up to each, along a dimension.
    package func cumulativeSum(dim: Int) throws -> Tensor {
        try library.tensor { $0.cumulative_sum(handle, dim) }
    }
}

// MARK: - Of all elements, as a number

extension Tensor {
    /// √Σx²
    package func norm() throws -> Double {
        var value = 0.0
        try library.run { $0.norm(handle, &value) }
        return value
    }

    /// The largest |x|; 0 where there are no elements.
    package func maxAbs() throws -> Double {
        var value = 0.0
        try library.run { $0.max_abs(handle, &value) }
        return value
    }

    /// Whether no element is infinite or not a number.
    package func isFinite() throws -> Bool {
        var value = false
        try library.run { $0.all_finite(handle, &value) }
        return value
    }

    package func isAllZero() throws -> Bool {
        var value = false
        try library.run { $0.all_zero(handle, &value) }
        return value
    }
}
