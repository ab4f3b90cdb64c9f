import CTorch

// Functions of each element.

extension Tensor {
    package func exp() throws -> Tensor { try library.tensor { $0.exp(handle) } }

    /// The natural logarithm.
    package func log() throws -> Tensor { try library.tensor { $0.log(handle) } }

    package func sqrt() throws -> Tensor { try library.tensor { $0.sqrt(handle) } }

    /// 1 / √x
    package func rsqrt() throws -> Tensor { try library.tensor { $0.rsqrt(handle) } }

    package func abs() throws -> Tensor { try library.tensor { $0.abs(handle) } }

    package func sin() throws -> Tensor { try library.tensor { $0.sin(handle) } }

    package func cos() throws -> Tensor { try library.tensor { $0.cos(handle) } }

    package func tanh() throws -> Tensor { try library.tensor { $0.tanh(handle) } }

    /// 1 / (1 + e⁻ˣ)
    package func sigmoid() throws -> Tensor { try library.tensor { $0.sigmoid(handle) } }

    /// max(x, 0)
    package func relu() throws -> Tensor { try library.tensor { $0.relu(handle) } }

    /// x · sigmoid(x)
    package func silu() throws -> Tensor { try library.tensor { $0.silu(handle) } }

    /// How ``gelu(approximation:)`` is computed.
    package enum GELUApproximation: Sendable {
        /// x · Φ(x), with the normal distribution's Φ.
        case none
        /// x/2 · (1 + tanh(√(2/π) · (x + 0.044715 x³)))
        case tanh
    }

    /// Gaussian error linear units (Hendrycks, Gimpel, arXiv 1606.08415).
    package func gelu(approximation: GELUApproximation = .none) throws -> Tensor {
        try library.tensor { $0.gelu(handle, approximation == .tanh) }
    }

    package func pow(_ exponent: Double) throws -> Tensor {
        try library.tensor { $0.pow(handle, exponent) }
    }

    /// Elements below the minimum become it, those above the maximum that; nil leaves a side open.
    package func clamp(min minimum: Double? = nil, max maximum: Double? = nil) throws -> Tensor {
        try library.tensor { api in
            withPointer(to: minimum) { minimum in
                withPointer(to: maximum) { maximum in api.clamp(handle, minimum, maximum) }
            }
        }
    }
}

/// Lends a pointer to the value, or a null pointer where there is none.
func withPointer<Value, Result>(to value: Value?, _ body: (UnsafePointer<Value>?) throws -> Result) rethrows -> Result {
    guard let value else { return try body(nil) }
    return try withUnsafePointer(to: value) { try body($0) }
}
