import Tensors

/// What a model has computed of the positions that it has read, so that those which follow need not compute it again.
///
/// A model that is given one by ``ModelInput/cache`` goes on behind what is in it, and puts its own positions there. The
/// first pass may have prefixes and padding; later ones read tokens alone.
package final class KeyValueCache {
    /// The self-attention's keys and values of each layer; of a decoder, where there is an encoder too.
    private(set) var layers: [LayerMemory] = []
    /// Bool (rows, length), false at padding; nil where there is none.
    private(set) var mask: Tensor?
    /// What a decoder reads of an encoder.
    var encoded: EncodedText?

    struct EncodedText {
        /// (rows, length, d)
        var states: Tensor
        var mask: AttentionMask
        /// The keys and values of it, of each layer.
        var layers: [LayerMemory]
    }

    package init() {}

    package var isEmpty: Bool { layers.isEmpty }

    /// How many positions there are, padding and prefixes included.
    package var length: Int { layers.first?.past?.keys.shape[2] ?? 0 }

    /// Makes row i what row `rows[i]` was.
    package func select(rows: [Int]) throws {
        guard !isEmpty else { return }
        let device = layers.first?.past?.keys.device ?? .cpu
        let index = try Tensor(rows, shape: [rows.count]).to(device)
        mask = try mask?.indexSelected(dim: 0, index)
        for layer in layers { try layer.select(index) }
        guard var text = encoded else { return }
        text.states = try text.states.indexSelected(dim: 0, index)
        if let tensor = text.mask.tensor, tensor.shape[0] > 1 {
            text.mask = AttentionMask(tensor: try tensor.indexSelected(dim: 0, index), isCausal: text.mask.isCausal)
        }
        for layer in text.layers { try layer.select(index) }
        encoded = text
    }

    /// Makes room for so many layers, which begin with prefixes where there are any.
    func begin(layers count: Int, prefixes: [ModelInput.KeyValuePrefix] = []) {
        guard isEmpty else { return }
        layers = (0..<count).map { LayerMemory(past: prefixes.isEmpty ? nil : prefixes[$0]) }
    }

    /// Takes note of the padding of positions that came.
    ///
    /// - Parameters:
    ///   - added: bool (rows, length); nil where nothing is padded.
    ///   - earlier: how many positions there were before.
    func extend(rows: Int, length: Int, mask added: Tensor?, earlier: Int) throws {
        guard mask != nil || added != nil else { return }
        let device = layers.first?.past?.keys.device ?? .cpu
        func visible(_ length: Int) throws -> Tensor { try Tensor.ones([rows, length], dtype: .bool, device: device) }
        mask = try Tensor.concatenated([try mask ?? visible(earlier), try added ?? visible(length)], dim: 1)
    }
}

/// The keys and values of one attention, (rows, key heads, length, width).
final class LayerMemory {
    var past: ModelInput.KeyValuePrefix?
    /// They are those of another text, and nothing is put behind them.
    let isFixed: Bool

    init(past: ModelInput.KeyValuePrefix? = nil, isFixed: Bool = false) {
        self.past = past
        self.isFixed = isFixed
    }

    fileprivate func select(_ index: Tensor) throws {
        guard let past else { return }
        self.past = ModelInput.KeyValuePrefix(
            keys: try past.keys.indexSelected(dim: 0, index), values: try past.values.indexSelected(dim: 0, index))
    }
}
