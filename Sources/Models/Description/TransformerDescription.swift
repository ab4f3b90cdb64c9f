import JSONValues

/// How ids, positions and segments become the first hidden states.
struct EmbeddingsDescription {
    enum Positions {
        /// Nothing is added: the attention knows places by itself.
        case none
        /// A table by position; the first is the entry `offset` (2 in RoBERTa).
        case table(name: String, entries: Int, offset: Int)
    }

    /// The word embeddings' path.
    var words: String
    var vocabularySize: Int
    var width: Int
    var positions: Positions
    /// The segments' path and number.
    var tokenTypes: (name: String, count: Int)?
    var norm: NormDescription?
    var dropout = 0.0
    /// What word embeddings are multiplied by: √d in Gemma.
    var scale = 1.0
    /// From the width of word embeddings to that of hidden states, where they differ (ELECTRA).
    var projection: LinearDescription?
}

/// What stands on the last hidden states: steps from them to logits.
struct HeadDescription {
    /// Which positions enter.
    enum Pooling {
        case all
        case first
        /// The last that is not padding.
        case last
    }

    enum Step {
        case linear(LinearDescription)
        /// A layer that belongs to the task: it is new where the file has none, and every method trains it. The last one
        /// has an output for each class.
        case taskLinear(name: String, inputs: Int, outputs: Int?, hasBias: Bool)
        case activation(Activation)
        case norm(NormDescription)
        case dropout(Double)
        /// Logits over the vocabulary: a layer of its own, or the word embeddings where `isTied`.
        case vocabulary(name: String, width: Int, bias: String?, isTied: Bool)
    }

    var pooling: Pooling
    var steps: [Step]
    /// The class in transformers, `architectures` in config.json.
    var className: String
}

/// One architecture with one configuration, as data: everything that a file says of the arithmetic.
struct TransformerDescription {
    var modelType: String
    var dimensions: ModelDimensions
    var embeddings: EmbeddingsDescription
    var layers: [LayerDescription]
    /// The normalisation behind the last layer.
    var finalNorm: NormDescription?
    /// The heads that there are for this architecture.
    var heads: [ModelTask: HeadDescription]
    var naming: TensorNaming
    /// The deviation of new weights.
    var initializerRange: Double
    var paddingID: Int
    /// What the file says of classes.
    var labels: [String]?
    var problemType: ProblemType?
    /// The file's own content.
    var json: JSONValue
}

/// How names of tensors in files differ from those of the model.
struct TensorNaming {
    /// The prefix of all but the heads: `bert.`. Files of the model without a head leave it out.
    var basePrefix: String
    /// Parts of names in old files and what they are now.
    var oldSuffixes: [(old: String, new: String)] = []
    /// Tensors that are no parameters, by how their names end.
    var bufferSuffixes: [String] = []
    /// Prefixes of heads of any task: the file may hold them, and a model for another task leaves them out.
    var headPrefixes: [String] = []
    /// Parts of the base model that only some tasks use: `bert.pooler.`.
    var optionalPrefixes: [String] = []
}
