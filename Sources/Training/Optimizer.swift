import Models
import Tensors

/// AdamW (Loshchilov and Hutter 2017, arXiv:1711.05101) with its moments.
final class Optimizer {
    let parameters: [Parameter]
    /// m, a running mean of gradients, for each parameter.
    let firstMoments: [Tensor]
    /// v, a running mean of squared gradients, for each parameter.
    let secondMoments: [Tensor]
    private let configuration: TrainingConfiguration
    private let groups: [Group]

    /// Parameters that are changed alike.
    private struct Group {
        let indices: [Int]
        let weightDecay: Double
        /// What the learning rate is multiplied by.
        let rate: Double
    }

    /// - Parameter head: the names of parameters that have the head's learning rate.
    init(_ parameters: [Parameter], head: Set<String> = [], configuration: TrainingConfiguration) throws {
        self.parameters = parameters
        self.configuration = configuration
        func zeros() throws -> [Tensor] {
            try parameters.map { try Tensor.zeros($0.shape, dtype: $0.value.dtype, device: $0.value.device) }
        }
        firstMoments = try zeros()
        secondMoments = try zeros()
        let headRate = (configuration.headLearningRate ?? configuration.learningRate) / configuration.learningRate
        groups = [(true, true), (true, false), (false, true), (false, false)].map { decays, isHead in
            Group(
                indices: parameters.indices.filter {
                    parameters[$0].role.decays == decays && head.contains(parameters[$0].name) == isHead
                }, weightDecay: decays ? configuration.weightDecay : 0, rate: isHead ? headRate : 1)
        }.filter { !$0.indices.isEmpty }
    }

    /// Gives the parameters other values, in their order.
    func setParameters(_ values: [Tensor]) throws {
        try withoutGradients {
            for (parameter, value) in zip(parameters, values) { try parameter.value.copy_(from: value) }
        }
    }

    /// Changes the parameters by their gradients.
    ///
    /// - Parameter step: counts from 1.
    func step(_ step: Int, gradients: [Tensor], learningRate: Double) throws {
        for group in groups {
            let indices = group.indices
            try AdamW.step(
                parameters: indices.map { parameters[$0].value }, gradients: indices.map { gradients[$0] },
                firstMoments: indices.map { firstMoments[$0] }, secondMoments: indices.map { secondMoments[$0] },
                step: step, learningRate: learningRate * group.rate, beta1: configuration.beta1,
                beta2: configuration.beta2,
                eps: configuration.epsilon, weightDecay: group.weightDecay)
        }
    }
}

extension Parameter.Role {
    fileprivate var decays: Bool {
        switch self {
        case .weight, .embedding: true
        case .bias, .norm: false
        }
    }
}
