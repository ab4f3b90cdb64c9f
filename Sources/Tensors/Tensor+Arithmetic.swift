import CTorch

// Operands of different shapes are repeated to one shape (broadcasting), as in LibTorch and NumPy.

extension Tensor {
    package static func + (left: Tensor, right: Tensor) throws -> Tensor {
        try left.library.tensor { $0.add(left.handle, right.handle, 1) }
    }

    package static func - (left: Tensor, right: Tensor) throws -> Tensor {
        try left.library.tensor { $0.add(left.handle, right.handle, -1) }
    }

    package static func * (left: Tensor, right: Tensor) throws -> Tensor {
        try left.library.tensor { $0.multiply(left.handle, right.handle) }
    }

    package static func / (left: Tensor, right: Tensor) throws -> Tensor {
        try left.library.tensor { $0.divide(left.handle, right.handle) }
    }

    package static prefix func - (operand: Tensor) throws -> Tensor {
        try operand.library.tensor { $0.negate(operand.handle) }
    }
}

// MARK: - With a number

extension Tensor {
    package static func + (left: Tensor, right: Double) throws -> Tensor {
        try left.library.tensor { $0.add_scalar(left.handle, right) }
    }

    package static func - (left: Tensor, right: Double) throws -> Tensor {
        try left.library.tensor { $0.add_scalar(left.handle, -right) }
    }

    package static func * (left: Tensor, right: Double) throws -> Tensor {
        try left.library.tensor { $0.multiply_scalar(left.handle, right) }
    }

    package static func / (left: Tensor, right: Double) throws -> Tensor {
        try left.library.tensor { $0.divide_scalar(left.handle, right) }
    }

    package static func + (left: Double, right: Tensor) throws -> Tensor {
        try right.library.tensor { $0.add_scalar(right.handle, left) }
    }

    package static func - (left: Double, right: Tensor) throws -> Tensor {
        try right.library.tensor { $0.subtract_from_scalar(left, right.handle) }
    }

    package static func * (left: Double, right: Tensor) throws -> Tensor {
        try right.library.tensor { $0.multiply_scalar(right.handle, left) }
    }

    package static func / (left: Double, right: Tensor) throws -> Tensor {
        try right.library.tensor { $0.divide_scalar_by(left, right.handle) }
    }
}

// MARK: - Products

extension Tensor {
    /// The matrix product over the last two dimensions: (…, m, k) by (…, k, n) is (…, m, n); those before are repeated
    /// as needed.
    package func matmul(_ other: Tensor) throws -> Tensor {
        try library.tensor { $0.matmul(handle, other.handle) }
    }

    /// The inverse of Moore and Penrose, (n, m) for a matrix (m, n): `a.pseudoInverse().matmul(b)` is the x of least
    /// norm among those for which a x is nearest to b.
    ///
    /// - Parameter relativeTolerance: singular values below this share of the largest count as 0.
    package func pseudoInverse(relativeTolerance: Double = 1e-5) throws -> Tensor {
        try library.tensor { $0.pseudo_inverse(handle, relativeTolerance) }
    }
}
