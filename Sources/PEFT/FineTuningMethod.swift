package import Models
package import Tensors

/// A way to fine-tune a model, as its parameters say it.
package protocol FineTuningMethod: Sendable {
    /// Attaches the method to a model: the model's own parameters are frozen but for those that the method trains.
    ///
    /// - Parameter generator: where the first values of new parameters come from.
    /// - Throws: ``PEFTError`` with everything that the model and the method have against each other.
    func attach(to model: any TransformerModel, generator: RandomGenerator) throws -> any TunedModel

    /// How much faster the head is to learn than what the method adds, where nobody says.
    var headLearningRateFactor: Double { get }
}

extension FineTuningMethod {
    package var headLearningRateFactor: Double { 1 }
}

/// A model with a method attached: what training changes, what it computes, and how it is kept.
package protocol TunedModel: AnyObject {
    var base: any TransformerModel { get }
    /// Everything that training changes, the head included; names are unique.
    var trainableParameters: [Parameter] { get }
    /// Everything that is other than in the base model's own files.
    var changedParameters: [Parameter] { get }
    /// The positions that the method puts in front of every sequence, and whose places the text loses.
    var virtualTokenCount: Int { get }
    /// How many of these the logits of tasks with logits for each token begin with: a soft prompt's, as in PEFT. The
    /// last of them tells a text's first token.
    var virtualLogitCount: Int { get }
    /// What the method does at each step of training; nil where it only has parameters.
    var stepwise: (any StepwiseMethod)? { get }

    /// What the base model is given, and in which mode: the input with what the method puts in front.
    func baseInput(for input: ModelInput, mode: ForwardMode) throws -> (input: ModelInput, mode: ForwardMode)

    /// The task's logits before softmax; see ``ModelTask`` for their shapes.
    func logits(for input: ModelInput, mode: ForwardMode) throws -> Tensor

    /// Writes what training changed into a folder that exists.
    ///
    /// - Parameter baseModelName: what the files say of where the base model is.
    func save(to folder: String, baseModelName: String?) throws

    /// Writes the changes into the base model's own weights, in float32, and takes the method off the model.
    ///
    /// - Throws: ``PEFTError`` if the method is more than a change of weights.
    func merge() throws

    /// Takes what ``merge()`` wrote off the weights again, to rounding, and puts the method back on. What is trained of
    /// the base model itself, the head and `modules_to_save`, stays.
    ///
    /// - Throws: ``PEFTError`` if the method can't do that.
    func unmerge() throws
}

extension TunedModel {
    package var changedParameters: [Parameter] { trainableParameters }
    package var virtualTokenCount: Int { 0 }
    package var virtualLogitCount: Int { 0 }
    package var stepwise: (any StepwiseMethod)? { nil }

    package func baseInput(
        for input: ModelInput, mode: ForwardMode
    ) throws -> (input: ModelInput, mode: ForwardMode) { (input, mode) }

    package func logits(for input: ModelInput, mode: ForwardMode) throws -> Tensor {
        let (input, mode) = try baseInput(for: input, mode: mode)
        return try base.logits(for: input, mode: mode)
    }

    /// How many layers from the first on compute the same whatever is trained, the embeddings in front of them too; 0
    /// where that is not even these.
    package var frozenLayerCount: Int { virtualTokenCount > 0 ? 0 : base.frozenLayerCount }

    /// The hidden states that logits are made of, of which a part can be turned into logits at a time.
    package func readout(for input: ModelInput, mode: ForwardMode) throws -> Readout {
        let (input, mode) = try baseInput(for: input, mode: mode)
        return Readout(states: try base.states(for: input, mode: mode), model: base, mode: mode)
    }

    package func unmerge() throws {
        throw PEFTError(["what this method changed can't be taken off again"], help: "read the base model anew")
    }
}
