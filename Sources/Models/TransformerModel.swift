package import Tensors

/// A pretrained transformer with a head for one task.
///
/// What a method of fine-tuning needs of a model, whatever its architecture: linear layers by name, parameters, word
/// embeddings, a head, and a forward pass from ids or from embeddings.
package protocol TransformerModel: AnyObject {
    /// The value of `model_type` in config.json.
    var modelType: String { get }
    var task: ModelTask { get }
    var problemType: ProblemType { get }
    var dimensions: ModelDimensions { get }
    /// The classes' names; a class is its index here. Empty where the task has none.
    var labels: [String] { get }
    /// The id that fills up short sequences.
    var paddingID: Int { get }
    /// What a decoder is given in front of an answer's first token; nil where there is no decoder apart.
    var decoderStartID: Int? { get }

    /// Every linear layer, the head included, in the order of the forward pass.
    var linears: [Linear] { get }
    /// Every table of vectors.
    var embeddings: [Embedding] { get }
    /// Every parameter, the head's included; a tensor that is used twice is one parameter.
    var parameters: [Parameter] { get }
    /// The layers that are new for each task and therefore trained with every method.
    var head: [Linear] { get }
    /// The layer that gives logits over the vocabulary; nil where the word embeddings do, or there are none.
    var outputLayer: Linear? { get }
    var wordEmbeddings: Embedding { get }
    /// Names under which transformers has a parameter a second time: an output layer that the word embeddings are.
    var tiedNames: [String] { get }
    /// What word embeddings are multiplied by on their way into the model: √d in Gemma.
    var embeddingScale: Double { get }

    /// Whether keys and values of a batch whose longest row had `from` positions still hold once it has `to`: some models
    /// turn all positions by other angles then.
    func keepsKeys(from: Int, to: Int) -> Bool

    /// Whether layers keep only what they are given while gradients are recorded, and compute the rest again for these:
    /// less memory for more time, and the same numbers.
    var recomputesLayers: Bool { get set }

    /// The hidden states that the task's logits are made of: (batch, length, d), or (batch, d) where a row has one
    /// place.
    func states(for input: ModelInput, mode: ForwardMode) throws -> Tensor
    /// How many layers from the first on, with the embeddings in front of them, neither are trained nor have adapters.
    var frozenLayerCount: Int { get }
    /// The hidden states in front of a layer, (batch, length, d), as ``ModelInput/Tokens-swift.enum/states`` takes them.
    ///
    /// - Parameter layer: at most ``frozenLayerCount``; there are none in front of the first.
    func states(for input: ModelInput, inFrontOf layer: Int) throws -> Tensor
    /// The logits (…, outputs) of hidden states (…, d), of each place by itself.
    func logits(of states: Tensor, mode: ForwardMode) throws -> Tensor

    /// Writes `config.json` and `model.safetensors`, which transformers loads, into a folder that exists.
    ///
    /// The adapters of the linear layers are not written: merge them first.
    func save(to folder: String) throws
}

/// The sizes of a model that methods and batches depend on.
package struct ModelDimensions: Sendable, Hashable {
    /// The width d of hidden states.
    package let hiddenSize: Int
    /// The width of word embeddings, which is d but where they are projected.
    package let embeddingSize: Int
    package let layerCount: Int
    package let attentionHeadCount: Int
    /// The heads of keys and values, which are fewer where heads share them.
    package let keyValueHeadCount: Int
    /// The width of a head.
    package let headSize: Int
    package let vocabularySize: Int
    /// The longest sequence, soft prompts included.
    package let maximumLength: Int
    /// The segments that a token may belong to.
    package let tokenTypeCount: Int
}

extension TransformerModel {
    package var embeddingScale: Double { 1 }
    package var decoderStartID: Int? { nil }

    package func keepsKeys(from: Int, to: Int) -> Bool { true }

    /// The task's logits; see ``ModelTask`` for their shapes.
    package func logits(for input: ModelInput, mode: ForwardMode) throws -> Tensor {
        try logits(of: try states(for: input, mode: mode), mode: mode)
    }

    /// Where the model computes.
    package var device: Device { wordEmbeddings.weight.value.device }

    /// How the frozen weights of layers are kept; nil where as they are.
    package var quantization: Quantization? {
        parameters.lazy.compactMap { $0.quantized?.quantization }.first
    }

    /// The memory that all weights take.
    package var byteCount: Int { parameters.reduce(0) { $0 + $1.byteCount } }

    package var headParameters: [Parameter] { head.flatMap(\.parameters) }

    /// The modules of the head as PEFT names them in `modules_to_save`: `classifier` stands for `classifier.dense`.
    package var headModules: [String] {
        var seen: Set<String> = []
        return head.map { $0.name.split(separator: ".").first.map(String.init) ?? $0.name }
            .filter { seen.insert($0).inserted }
    }

    /// Sets which parameters of the model get gradients.
    ///
    /// - Throws: ``ModelError`` that names the weights in few bits among them.
    package func setTrainable(where isTrainable: (Parameter) -> Bool) throws {
        let quantized = parameters.filter { $0.quantized != nil && isTrainable($0) }
        guard quantized.isEmpty else { throw ModelError.trained(quantized: quantized) }
        for parameter in parameters { try parameter.setTrainable(isTrainable(parameter)) }
    }
}
