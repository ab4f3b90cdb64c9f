import Tensors

/// Which positions attention sees, as ``NN/attention`` takes it.
struct AttentionMask {
    /// Broadcast to (batch, heads, queries, keys): bool, true where seen, or what is added to the scores.
    let tensor: Tensor?
    let isCausal: Bool
}

/// Where the tokens of a padded batch are, and so what attention may see: shared by all layers of one forward pass.
///
/// Rows may be padded on either side. Positions count tokens alone, so that padding changes nothing.
final class SequenceLayout {
    let batch: Int
    let length: Int
    /// Positions in front of the sequence's own, which every position sees but where they are padding.
    let prefixLength: Int
    /// Bool (batch, length); nil where nothing is padded.
    private let mask: Tensor?
    /// Bool (batch, prefix), as `mask`.
    private let prefixMask: Tensor?
    /// What stands in front was read before by the same model.
    private let isContinued: Bool
    private let dtype: DType
    private let device: Device
    /// Each token's place, int64 (batch or 1, length), from 0; a prefix comes first.
    let positions: Tensor
    /// Rows are padded on the right alone, so that positions are those of the columns.
    let isAligned: Bool
    private var masks: [MaskKind: AttentionMask] = [:]
    private var rotations: [(description: RotaryDescription, rotation: RotaryEmbedding)] = []

    struct MaskKind: Hashable {
        let isCausal: Bool
        let window: Int?
    }

    init(
        batch: Int, length: Int, mask: Tensor?, prefixLength: Int, prefixMask: Tensor? = nil, isContinued: Bool = false,
        dtype: DType, device: Device
    ) throws {
        self.batch = batch
        self.length = length
        self.prefixLength = prefixLength
        self.prefixMask = prefixMask
        self.isContinued = isContinued
        self.dtype = dtype
        self.device = device
        let columns = try Tensor.arange(from: prefixLength, to: prefixLength + length, device: device).unsqueezed(0)
        if let prefixMask {
            let mask = try mask ?? Tensor.ones([batch, length], dtype: .bool, device: device)
            self.mask = mask
            isAligned = false
            let earlier = try prefixMask.to(.int64).sum(dims: [1], keepDim: true)
            positions = try (mask.to(.int64).cumulativeSum(dim: 1) + earlier - 1).clamp(min: 0).to(.int64)
            return
        }
        self.mask = mask
        isAligned = try mask.map(Self.isAligned) ?? true
        if !isAligned, let mask {
            let counted = try mask.to(.int64).cumulativeSum(dim: 1) + Double(prefixLength - 1)
            positions = try counted.clamp(min: 0).to(.int64)
        } else {
            positions = columns
        }
    }

    /// Whether no token stands behind padding.
    private static func isAligned(_ mask: Tensor) throws -> Bool {
        guard try mask.selected(dim: 1, index: 0).logicalNot().isAllZero() else { return false }
        let length = mask.shape[1]
        guard length > 1 else { return true }
        let earlier = try mask.narrowed(dim: 1, start: 0, length: length - 1)
        let later = try mask.narrowed(dim: 1, start: 1, length: length - 1)
        return try later.logicalAnd(earlier.logicalNot()).isAllZero()
    }

    /// The rotation at this batch's positions; layers that share a description share it.
    func rotation(_ description: RotaryDescription) throws -> RotaryEmbedding {
        if let known = rotations.first(where: { $0.description == description }) { return known.rotation }
        // Rows are only counted where it makes a difference, for then the device is waited for.
        let columns = prefixLength + length
        let isEnough = description.largestUnscaledLength.map { Double(columns) <= $0 } ?? true
        let rotation = try RotaryEmbedding(
            description, positions: positions, longest: isEnough ? columns : try longestRow(), dtype: dtype)
        rotations.append((description, rotation))
        return rotation
    }

    /// How many positions the longest row has, a prefix's among them. Columns that are padding in all rows don't count.
    private func longestRow() throws -> Int {
        guard let mask else { return prefixLength + length }
        if let prefixMask {
            let all = try Tensor.concatenated([prefixMask, mask], dim: 1)
            return try all.to(.int64).sum(dims: [1]).ints().max() ?? 0
        }
        return prefixLength + (try mask.to(.int64).sum(dims: [1]).ints().max() ?? 0)
    }

    func attentionMask(isCausal: Bool, window: Int?) throws -> AttentionMask {
        // A window that nothing exceeds is none.
        let kind = MaskKind(isCausal: isCausal, window: window.flatMap { $0 < prefixLength + length ? $0 : nil })
        if let known = masks[kind] { return known }
        let made = try makeMask(kind)
        masks[kind] = made
        return made
    }

    private func makeMask(_ kind: MaskKind) throws -> AttentionMask {
        if !kind.isCausal, kind.window == nil {
            return AttentionMask(tensor: try visibleKeys().map { try additive($0) }, isCausal: false)
        }
        if kind.window == nil, mask == nil {
            if prefixLength == 0 { return AttentionMask(tensor: nil, isCausal: true) }
            // The last position sees all.
            if isContinued, length == 1 { return AttentionMask(tensor: nil, isCausal: false) }
        }
        return AttentionMask(tensor: try seen(kind), isCausal: false)
    }

    /// Bool (batch or 1, 1, length or 1, keys), true where a position is seen; nil where all are.
    func explicitMask(isCausal: Bool) throws -> Tensor? {
        isCausal ? try seen(MaskKind(isCausal: true, window: nil)) : try visibleKeys()
    }

    /// Bool (batch or 1, 1, length, keys): query i has the key of number prefix + i.
    private func seen(_ kind: MaskKind) throws -> Tensor {
        let columns = try Tensor.arange(prefixLength + length, device: device).reshaped([1, 1, 1, -1])
        let rows = try Tensor.arange(from: prefixLength, to: prefixLength + length, device: device)
            .reshaped([1, 1, -1, 1])
        var seen = try columns.greater(rows).logicalNot()
        if let window = kind.window {
            // A window counts tokens: padding between them takes no place.
            let (keys, queries) = isAligned ? (columns, rows) : try tokenPlaces()
            seen = try seen.logicalAnd(keys.greater(try (queries - Double(window)).to(.int64)))
        }
        if let visible = try visibleKeys() {
            // Padding sees itself, so that no position sees nothing, which would be no number.
            seen = try seen.logicalAnd(visible).logicalOr(columns.equal(rows))
        }
        return seen
    }

    /// The tokens' places, of keys (batch, 1, 1, prefix + length) and of queries (batch, 1, length, 1).
    private func tokenPlaces() throws -> (keys: Tensor, queries: Tensor) {
        let prefix =
            try prefixMask.map { try ($0.to(.int64).cumulativeSum(dim: 1) - 1).clamp(min: 0).to(.int64) }
            ?? Tensor.arange(prefixLength, device: device).unsqueezed(0).expanded(to: [batch, prefixLength])
        let all = try Tensor.concatenated([prefix, positions.expanded(to: [batch, length])], dim: 1)
        return (
            try all.reshaped([batch, 1, 1, prefixLength + length]),
            try positions.expanded(to: [batch, length]).reshaped([batch, 1, length, 1])
        )
    }

    /// Bool (batch, 1, 1, prefix + length), true at tokens; nil where nothing is padded.
    private func visibleKeys() throws -> Tensor? {
        guard let mask else { return nil }
        guard prefixLength > 0 else { return try mask.unsqueezed(1).unsqueezed(1) }
        let prefix = try prefixMask ?? Tensor.ones([batch, prefixLength], dtype: .bool, device: device)
        return try Tensor.concatenated([prefix, mask], dim: 1).unsqueezed(1).unsqueezed(1)
    }

    /// Zero at tokens and minus infinity at padding.
    private func additive(_ visible: Tensor) throws -> Tensor {
        try Tensor.zeros(visible.shape, dtype: dtype, device: device)
            .maskedFill(try visible.logicalNot(), -Double.infinity)
    }
}
