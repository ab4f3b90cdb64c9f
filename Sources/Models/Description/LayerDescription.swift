/// What a linear layer is, before its weights are read.
struct LinearDescription {
    /// The module's path as in transformers: `bert.encoder.layer.0.attention.self.query`.
    var name: String
    var inputs: Int
    var outputs: Int
    var hasBias = true
    /// The file holds (inputs, outputs), as GPT-2's `Conv1D` does.
    var isTransposedInFile = false
}

/// What a normalisation is.
struct NormDescription {
    enum Kind {
        /// Mean and variance, with a gain and a bias.
        case layer
        /// The root of the mean square, with a gain: `offset` is added to it, 1 in Gemma.
        case rootMeanSquare(offset: Double)
    }

    var name: String
    var kind: Kind
    var width: Int
    var epsilon: Double
}

/// What a layer's self-attention is.
struct AttentionDescription {
    enum Projections {
        case separate(query: LinearDescription, key: LinearDescription, value: LinearDescription)
        /// One layer whose output is all queries, then all keys, then all values.
        case joined(LinearDescription)
        /// One layer whose output is query, key and value of the first head, then those of the second (GPT-NeoX).
        case interleaved(LinearDescription)
    }

    var projections: Projections
    var output: LinearDescription
    var headCount: Int
    var keyValueHeadCount: Int
    var headSize: Int
    var dropout = 0.0
    /// Each position sees itself and those before it.
    var isCausal = false
    /// Each position sees only so many, itself included; nil is no limit.
    var window: Int?
    var rotation: RotaryDescription?
    /// What scores are multiplied by; nil is 1/√width.
    var scale: Double?
    /// Normalisations of each head's query and key (Qwen 3).
    var queryNorm: NormDescription?
    var keyNorm: NormDescription?
}

/// What a layer's feed-forward network is.
struct FeedForwardDescription {
    enum Shape {
        /// down(f(up(x)))
        case plain(up: LinearDescription)
        /// down(f(gate(x)) · up(x))
        case gated(gate: LinearDescription, up: LinearDescription)
        /// The same with one layer whose output is the gate's and then up's (Phi-3).
        case joinedGate(LinearDescription)
    }

    var shape: Shape
    var down: LinearDescription
    var activation: Activation
    /// Dropout before `down`.
    var innerDropout = 0.0
}

/// One layer of a transformer.
struct LayerDescription {
    enum Layout {
        /// x = norm(x + attention(x)), x = norm(x + feedForward(x)) (BERT).
        case normAfter
        /// x = x + attention(norm(x)), x = x + feedForward(norm(x)) (GPT-2, LLaMA).
        case normBefore
        /// x = x + attention(norm₁(x)) + feedForward(norm₂(x)) (GPT-NeoX).
        case parallel
    }

    var layout: Layout
    var attention: AttentionDescription
    var attentionNorm: NormDescription
    var feedForward: FeedForwardDescription
    var feedForwardNorm: NormDescription
    /// Dropout on what is added to the residual.
    var dropout: Double
    /// Dropout on the attention's part alone, where it differs.
    var attentionOutputDropout: Double?
}
