import Models
import Tensors

/// Changes parameters by their gradients, each group by a rule and at a rate of its own.
final class Optimizer {
    let parameters: [Parameter]
    /// What the rule keeps of each parameter, by names.
    let state: [[String: Tensor]]
    private let rule: any UpdateRule
    private let groups: [Group]

    /// Parameters that are changed alike.
    private struct Group {
        let indices: [Int]
        let setting: Setting
    }

    private struct Setting: Hashable {
        let weightDecay: Double
        /// What the learning rate is multiplied by.
        let rate: Double
    }

    /// - Parameter head: the names of parameters that have the head's learning rate.
    init(_ parameters: [Parameter], head: Set<String> = [], configuration: TrainingConfiguration) throws {
        let rule = configuration.updateRule
        self.rule = rule
        self.parameters = parameters
        state = try parameters.map { parameter in
            try rule.stateShapes(for: parameter.shape).mapValues { shape in
                try Tensor.zeros(shape, dtype: parameter.value.dtype, device: parameter.value.device)
            }
        }
        let headRate = (configuration.headLearningRate ?? configuration.learningRate) / configuration.learningRate
        let settings = parameters.map { parameter in
            Setting(
                weightDecay: parameter.role.decays ? configuration.weightDecay : 0,
                rate: configuration.loraPlusRate(of: parameter) ?? (head.contains(parameter.name) ? headRate : 1)
                    * configuration.loraPlusFactor(of: parameter))
        }
        var indices: [Setting: [Int]] = [:]
        for (index, setting) in settings.enumerated() { indices[setting, default: []].append(index) }
        groups = indices.map { Group(indices: $0.value, setting: $0.key) }
            .sorted { ($0.indices.first ?? 0) < ($1.indices.first ?? 0) }
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
        try withoutGradients {
            for group in groups {
                let updates = group.indices.map {
                    Update(parameter: parameters[$0].value, gradient: gradients[$0], state: state[$0])
                }
                try rule.apply(
                    updates, step: step, learningRate: learningRate * group.setting.rate,
                    weightDecay: group.setting.weightDecay)
            }
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

/// LoRA+ (Hayou et al. 2024, arXiv:2402.12354), in the groups of PEFT's `create_loraplus_optimizer`.
extension TrainingConfiguration {
    /// A rate that a parameter has whatever the others': that of adapters of tables.
    fileprivate func loraPlusRate(of parameter: Parameter) -> Double? {
        guard loraPlusRatio != nil, parameter.name.contains(".lora_embedding_") else { return nil }
        return loraPlusEmbeddingRate / learningRate
    }

    /// B, and all that is a vector, as biases are, learns faster.
    fileprivate func loraPlusFactor(of parameter: Parameter) -> Double {
        guard let loraPlusRatio, parameter.name.contains("lora_B") || parameter.shape.count == 1 else { return 1 }
        return loraPlusRatio
    }
}
