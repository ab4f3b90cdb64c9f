package import Tensors

/// Multi-head scaled dot-product self-attention (Vaswani et al. 2017, arXiv:1706.03762, section 3.2).
package final class SelfAttention {
    package let query: Linear
    package let key: Linear
    package let value: Linear
    package let headCount: Int
    package let dropout: Double

    init(_ name: String, width: Int, headCount: Int, dropout: Double, from weights: WeightReader) throws {
        self.headCount = headCount
        self.dropout = dropout
        query = try Linear("\(name).query", inputs: width, outputs: width, from: weights)
        key = try Linear("\(name).key", inputs: width, outputs: width, from: weights)
        value = try Linear("\(name).value", inputs: width, outputs: width, from: weights)
    }

    package var linears: [Linear] { [query, key, value] }

    /// - Parameters:
    ///   - queries: the positions that attend, (batch, queries, d).
    ///   - context: the positions that are attended to, (batch, length, d).
    ///   - mask: what is added to the scores, broadcast to (batch, heads, queries, length); nil adds nothing.
    /// - Returns: (batch, queries, d).
    package func callAsFunction(
        _ queries: Tensor, over context: Tensor, mask: Tensor?, mode: ForwardMode
    ) throws -> Tensor {
        let output = try NN.attention(
            try heads(of: try query(queries, mode: mode)),
            try heads(of: try key(context, mode: mode)),
            try heads(of: try value(context, mode: mode)),
            mask: mask, isCausal: false, dropout: mode == .training ? dropout : 0, scale: nil)
        return try output.transposed(1, 2).reshaped(queries.shape)
    }

    /// (batch, n, d) → (batch, heads, n, d / heads)
    private func heads(of states: Tensor) throws -> Tensor {
        let shape = states.shape
        return try states.reshaped([shape[0], shape[1], headCount, shape[2] / headCount]).transposed(1, 2)
    }
}
