package import Tensors

/// Hidden states of the examples that a model is trained on and judged by.
package struct StoredSplits {
    package let training: any StoredStates
    package let validation: any StoredStates

    package init(training: any StoredStates, validation: any StoredStates) {
        self.training = training
        self.validation = validation
    }
}

/// Hidden states of examples that were computed before, in the examples' order.
package protocol StoredStates: AnyObject {
    /// The layer that they stand in front of, from 0.
    var layer: Int { get }

    /// Those of one example, (length, d). Is asked on several threads.
    func states(of example: Int) throws -> Tensor
}
