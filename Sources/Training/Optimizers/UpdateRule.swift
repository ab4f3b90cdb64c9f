import Tensors

/// How a parameter changes by its gradient.
protocol UpdateRule: Sendable {
    /// The tensors that are kept of a parameter from step to step, by names, and their shapes. They begin as zeros.
    func stateShapes(for shape: [Int]) -> [String: [Int]]

    /// Changes parameters, and what is kept of them, in place.
    ///
    /// - Parameter step: counts from 1.
    func apply(_ updates: [Update], step: Int, learningRate: Double, weightDecay: Double) throws
}

/// A parameter with what changes it.
struct Update {
    let parameter: Tensor
    let gradient: Tensor
    let state: [String: Tensor]

    /// - Throws: ``TorchError`` if the rule doesn't keep such a tensor.
    func state(_ name: String) throws -> Tensor {
        guard let tensor = state[name] else {
            throw TorchError.failed(operation: "Update.state", message: "nothing is kept under the name \(name)")
        }
        return tensor
    }
}

extension UpdateRule {
    static var firstMoment: String { "first_moment" }
    static var secondMoment: String { "second_moment" }
}

/// The rules that a training may choose from, by the Trainer's names.
package enum OptimizerKind: String, CaseIterable, Sendable, Codable {
    case adamw
    case adafactor
    case sgd
    case lion
}

extension TrainingConfiguration {
    var updateRule: any UpdateRule {
        switch optimizer {
        case .adamw: AdamWRule(beta1: beta1, beta2: beta2, epsilon: epsilon)
        case .adafactor: AdafactorRule()
        case .sgd: SGDRule(momentum: momentum)
        case .lion: LionRule(beta1: beta1, beta2: beta2)
        }
    }
}
