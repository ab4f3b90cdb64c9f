package import Tensors

/// A transformer that puts a sequence into one of several classes.
///
/// What a method of fine-tuning needs of a model, whatever its architecture: linear layers by name, parameters, word
/// embeddings, a head, and a forward pass from ids or from embeddings.
package protocol SequenceClassifier: AnyObject {
    var dimensions: ModelDimensions { get }
    /// The classes' names; a class is its index here.
    var labels: [String] { get }
    /// The id that fills up short sequences.
    var paddingID: Int { get }

    /// Every linear layer, the head included, in the order of the forward pass.
    var linears: [Linear] { get }
    /// Every parameter, the head's included.
    var parameters: [Parameter] { get }
    /// The layers that are new for each task and therefore trained with every method.
    var head: [Linear] { get }
    var wordEmbeddings: Embedding { get }

    /// Scores of the classes, (batch, labels), before softmax.
    func logits(for input: ModelInput, mode: ForwardMode) throws -> Tensor

    /// Writes `config.json` and `model.safetensors`, which transformers loads, into a folder that exists.
    ///
    /// The adapters of the linear layers are not written: merge them first.
    func save(to folder: String) throws
}

/// The sizes of a model that methods and batches depend on.
package struct ModelDimensions: Sendable, Hashable {
    /// The width d of hidden states and word embeddings.
    package let hiddenSize: Int
    package let layerCount: Int
    package let attentionHeadCount: Int
    package let vocabularySize: Int
    /// The longest sequence, soft prompts included.
    package let maximumLength: Int
    /// The segments that a token may belong to.
    package let tokenTypeCount: Int
}

extension SequenceClassifier {
    /// Where the model computes.
    package var device: Device { wordEmbeddings.weight.value.device }

    package var headParameters: [Parameter] { head.flatMap(\.parameters) }

    /// Sets which parameters of the model get gradients.
    package func setTrainable(where isTrainable: (Parameter) -> Bool) throws {
        for parameter in parameters { try parameter.setTrainable(isTrainable(parameter)) }
    }
}
