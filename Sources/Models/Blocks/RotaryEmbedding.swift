import Tensors

/// The rotation of queries and keys by their positions, for one batch.
///
/// Component i is paired with component i + width / 2, as in transformers.
struct RotaryEmbedding {
    /// cos and sin of each position's angles, (batch or 1, 1, length, width).
    private let cosines: Tensor
    private let sines: Tensor
    private let width: Int

    /// - Parameters:
    ///   - positions: int64 (batch or 1, length).
    ///   - longest: how many positions the longest row has, see ``RotaryDescription/frequencies(length:)``.
    init(_ description: RotaryDescription, positions: Tensor, longest: Int, dtype: DType) throws {
        width = description.width
        let frequencies = try Tensor(description.frequencies(length: longest), shape: [1, 1, width / 2])
            .to(positions.device)
        let angles = try positions.to(.float32).unsqueezed(2) * frequencies
        let both = try Tensor.concatenated([angles, angles], dim: 2).unsqueezed(1)
        cosines = try (both.cos() * description.magnitude).to(dtype)
        sines = try (both.sin() * description.magnitude).to(dtype)
    }

    /// (batch, heads, length, head width), of which the first `width` components are turned.
    func callAsFunction(_ heads: Tensor) throws -> Tensor {
        let size = heads.shape[3]
        guard width < size else { return try rotated(heads) }
        let parts = try heads.split(sizes: [width, size - width], dim: 3)
        return try Tensor.concatenated([try rotated(parts[0]), parts[1]], dim: 3)
    }

    private func rotated(_ heads: Tensor) throws -> Tensor {
        let halves = try heads.split(sizes: [width / 2, width / 2], dim: 3)
        let turned = try Tensor.concatenated([-halves[1], halves[0]], dim: 3)
        return try heads * cosines + turned * sines
    }
}
