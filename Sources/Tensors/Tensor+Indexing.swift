import CTorch

extension Tensor {
    /// Takes the indices of a dimension that a vector of whole numbers names.
    package func indexSelected(dim: Int, _ indices: Tensor) throws -> Tensor {
        try library.tensor { $0.index_select(handle, dim, indices.handle) }
    }

    /// Takes one element for each element of `indices`, which stands at the same place but at that index of `dim`.
    package func gathered(dim: Int, _ indices: Tensor) throws -> Tensor {
        try library.tensor { $0.gather(handle, dim, indices.handle) }
    }

    /// The elements, and `value` where the mask is true.
    package func maskedFill(_ mask: Tensor, _ value: Double) throws -> Tensor {
        try library.tensor { $0.masked_fill(handle, mask.handle, value) }
    }

    /// Elements of `a` where the condition is true, else of `b`.
    package static func `where`(_ condition: Tensor, _ a: Tensor, _ b: Tensor) throws -> Tensor {
        try condition.library.tensor { $0.where(condition.handle, a.handle, b.handle) }
    }
}

// MARK: - Comparison

extension Tensor {
    /// Whether elements are equal, as a bool tensor.
    package func equal(_ other: Tensor) throws -> Tensor {
        try library.tensor { $0.equal(handle, other.handle) }
    }

    package func less(_ other: Tensor) throws -> Tensor {
        try library.tensor { $0.less(handle, other.handle) }
    }

    package func greater(_ other: Tensor) throws -> Tensor {
        try library.tensor { $0.greater(handle, other.handle) }
    }

    package func equal(_ other: Double) throws -> Tensor {
        try library.tensor { $0.equal_scalar(handle, other) }
    }

    package func less(_ other: Double) throws -> Tensor {
        try library.tensor { $0.less_scalar(handle, other) }
    }

    package func greater(_ other: Double) throws -> Tensor {
        try library.tensor { $0.greater_scalar(handle, other) }
    }

    package func logicalAnd(_ other: Tensor) throws -> Tensor {
        try library.tensor { $0.logical_and(handle, other.handle) }
    }

    package func logicalOr(_ other: Tensor) throws -> Tensor {
        try library.tensor { $0.logical_or(handle, other.handle) }
    }

    package func logicalNot() throws -> Tensor {
        try library.tensor { $0.logical_not(handle) }
    }
}
