package import Tensors

/// What a method does in training besides having parameters, as AdaLoRA, which sets ranks by what it learns on the way.
///
/// Its course depends on how many steps there will be, so that a longer training is another one from the first step on.
package protocol StepwiseMethod: AnyObject {
    /// Called before training with the number of its steps.
    ///
    /// - Throws: ``PEFTError`` if the method's settings leave it nothing to do in them.
    func prepare(totalSteps: Int) throws

    /// What is added to the loss of a step, a scalar whose gradient is taken; nil adds nothing.
    func penalty() throws -> Tensor?

    /// Called when a step has changed the parameters, while their gradients are still there.
    ///
    /// - Parameter step: counts from 1.
    func stepped(_ step: Int) throws

    /// All that decides how the method goes on, besides the parameters.
    var state: [String: Tensor] { get }

    /// Goes back to where ``state`` was this.
    func restore(_ state: [String: Tensor])
}
