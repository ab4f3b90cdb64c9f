import CTorch

/// Building blocks of neural networks, as functions of their parameters.
package enum NN {
    /// x·Wᵀ + b: x is (…, in), the weight (out, in), the bias (out), the result (…, out).
    package static func linear(_ x: Tensor, weight: Tensor, bias: Tensor? = nil) throws -> Tensor {
        try x.library.tensor { $0.linear(x.handle, weight.handle, bias?.handle) }
    }

    /// x·Wᵀ + b + scale·B·A·x for a frozen W, (out, in), and bias: gradients are taken of x, of A, (r, in), and of B,
    /// (out, r). W alone decides the type that is computed in (Hu et al., arXiv 2106.09685, equation 3).
    package static func lowRankLinear(
        _ x: Tensor, weight: Tensor, bias: Tensor? = nil, a: Tensor, b: Tensor, scale: Double
    ) throws -> Tensor {
        try x.library.tensor {
            $0.low_rank_linear(x.handle, weight.handle, bias?.handle, a.handle, b.handle, scale)
        }
    }

    /// Rows of the weight, (rows, width), by whole numbers of any shape (…): (…, width).
    package static func embedding(_ ids: Tensor, weight: Tensor) throws -> Tensor {
        try ids.library.tensor { $0.embedding(weight.handle, ids.handle) }
    }

    /// (x - mean) / √(variance + eps) · weight + bias over the last dimensions, whose sizes `normalizedShape` repeats
    /// (Ba, Kiros, Hinton, arXiv 1607.06450).
    package static func layerNorm(
        _ x: Tensor, normalizedShape: [Int], weight: Tensor? = nil, bias: Tensor? = nil, eps: Double = 1e-5
    ) throws -> Tensor {
        try x.library.tensor {
            $0.layer_norm(x.handle, normalizedShape, normalizedShape.count, weight?.handle, bias?.handle, eps)
        }
    }

    /// ``layerNorm(_:normalizedShape:weight:bias:eps:)`` of dropout(x) + residual, in one pass.
    ///
    /// - Parameters:
    ///   - x: (…, width).
    ///   - residual: (…, width), of x's type.
    ///   - weight: (width).
    ///   - bias: (width).
    ///   - probability: that an element of x is dropped; 0 when not training. Draws from ``RandomState``.
    package static func layerNorm(
        ofDropped x: Tensor, plus residual: Tensor, weight: Tensor, bias: Tensor, eps: Double = 1e-5,
        probability: Double
    ) throws -> Tensor {
        try x.library.tensor {
            $0.dropout_add_layer_norm(x.handle, residual.handle, weight.handle, bias.handle, probability, eps)
        }
    }

    /// x / √(mean(x²) + eps) · weight over the last dimensions (Zhang, Sennrich, arXiv 1910.07467).
    package static func rmsNorm(
        _ x: Tensor, normalizedShape: [Int], weight: Tensor? = nil, eps: Double = 1e-6
    ) throws -> Tensor {
        try x.library.tensor {
            $0.rms_norm(x.handle, normalizedShape, normalizedShape.count, weight?.handle, eps)
        }
    }

    /// While training, zeros elements with the given probability and scales the others by 1 / (1 - probability); else
    /// the elements as they are. Draws from ``RandomState``.
    package static func dropout(_ x: Tensor, probability: Double, training: Bool) throws -> Tensor {
        guard training, probability != 0 else { return x }
        return try x.library.tensor { $0.dropout(x.handle, probability, training) }
    }

    /// Scaled dot-product attention, softmax(q·kᵀ·scale + mask)·v (Vaswani et al., arXiv 1706.03762, equation 1).
    ///
    /// - Parameters:
    ///   - q: (batch, heads, length, width).
    ///   - k: (batch, heads, keyLength, width); with `groupedHeads` of fewer heads, by which q's are divisible.
    ///   - v: (batch, heads, keyLength, valueWidth); heads as k's.
    ///   - mask: broadcastable to (batch, heads, length, keyLength); bool, where true takes part, or of q's type, added.
    ///   - isCausal: each position sees itself and those before it; needs `mask` to be nil.
    ///   - dropout: the probability that a weight is dropped; 0 when not training.
    ///   - scale: 1/√width where nil.
    /// - Returns: (batch, heads, length, valueWidth).
    package static func attention(
        _ q: Tensor, _ k: Tensor, _ v: Tensor, mask: Tensor? = nil, isCausal: Bool = false, dropout: Double = 0,
        scale: Double? = nil, groupedHeads: Bool = false
    ) throws -> Tensor {
        try q.library.tensor { api in
            withPointer(to: scale) {
                api.attention(q.handle, k.handle, v.handle, mask?.handle, dropout, isCausal, $0, groupedHeads)
            }
        }
    }

    /// The last layer's outputs of a long short-term memory (Hochreiter, Schmidhuber 1997), whose states begin at 0.
    ///
    /// - Parameters:
    ///   - x: (batch, length, width).
    ///   - weights: for each layer, and in it for each direction: input (4h, width), hidden (4h, h), input bias (4h),
    ///     hidden bias (4h), with gates in the order input, forget, cell, output.
    ///   - dropout: the probability that an output of a layer but the last is dropped, while training.
    /// - Returns: (batch, length, directions · h).
    package static func lstm(
        _ x: Tensor, weights: [Tensor], hiddenSize: Int, layers: Int, bidirectional: Bool, dropout: Double = 0,
        training: Bool
    ) throws -> Tensor {
        try x.library.tensor { api in
            weights.withHandles {
                api.lstm(x.handle, $0, $0.count, hiddenSize, layers, bidirectional, dropout, training)
            }
        }
    }
}

extension Tensor {
    /// eˣ / Σeˣ along a dimension.
    package func softmax(dim: Int) throws -> Tensor {
        try library.tensor { $0.softmax(handle, dim) }
    }

    /// log(softmax), computed without overflow.
    package func logSoftmax(dim: Int) throws -> Tensor {
        try library.tensor { $0.log_softmax(handle, dim) }
    }
}
