package import Models
package import Tensors

/// A way to fine-tune a model, as its parameters say it.
package protocol FineTuningMethod: Sendable {
    /// Attaches the method to a model: the model's own parameters are frozen but for those that the method trains.
    ///
    /// - Parameter generator: where the first values of new parameters come from.
    /// - Throws: ``PEFTError`` with everything that the model and the method have against each other.
    func attach(to model: any TransformerModel, generator: RandomGenerator) throws -> any TunedModel
}

/// A model with a method attached: what training changes, what it computes, and how it is kept.
package protocol TunedModel: AnyObject {
    var base: any TransformerModel { get }
    /// Everything that training changes, the head included; names are unique.
    var trainableParameters: [Parameter] { get }
    /// The positions that the method puts in front of every sequence.
    var virtualTokenCount: Int { get }

    /// Scores of the classes, (batch, labels), before softmax.
    func logits(for input: ModelInput, mode: ForwardMode) throws -> Tensor

    /// Writes what training changed into a folder that exists.
    ///
    /// - Parameter baseModelName: what the files say of where the base model is.
    func save(to folder: String, baseModelName: String?) throws

    /// Writes the changes into the base model's own weights, in float32, and takes the method off the model.
    ///
    /// - Throws: ``PEFTError`` if the method is more than a change of weights.
    func merge() throws
}

extension TunedModel {
    package var virtualTokenCount: Int { 0 }
}
