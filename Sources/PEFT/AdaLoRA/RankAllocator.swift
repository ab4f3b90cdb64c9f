import Foundation
import Models
import Tensors

/// Decides which ranks layers keep, as PEFT's class of this name does.
///
/// A weight's sensitivity is |w · ∂loss/∂w|. Its running mean times the running mean of how far it strays is the weight's
/// importance; a rank's importance is that of its singular value and the means over its two vectors. From step `tinit` on
/// the number of ranks falls along a cubic curve, until `tfinal` steps are left; the least important ranks of all layers
/// get the singular value 0.
final class RankAllocator {
    /// Steps of the training.
    var totalSteps: Int?
    private let adapters: [AdaLoRALayer]
    private let budget: AdaLoRA.Budget
    /// Ranks of all layers in the beginning, and in the end.
    private let firstCount: Int
    private let lastCount: Int

    /// The running means of sensitivities and of their uncertainty, by parameter, and once ranks are taken for good, which
    /// are left, by layer.
    var state: [String: Tensor] = [:]

    init(_ adapters: [AdaLoRALayer], targetR: Int, budget: AdaLoRA.Budget) {
        self.adapters = adapters
        self.budget = budget
        firstCount = adapters.reduce(0) { $0 + $1.a.shape[0] }
        lastCount = targetR * adapters.count
    }

    private enum Name {
        static let sensitivity = "sensitivity/"
        static let uncertainty = "uncertainty/"
        static let kept = "kept/"
    }

    /// Whether ranks were taken.
    var hasTaken: Bool { state.keys.contains { $0.hasPrefix(Name.kept) } }

    /// - Parameter step: counts from 1, so that the last step may be the one that sets the ranks for good.
    func stepped(_ step: Int) throws {
        guard let totalSteps else { return }
        let last = totalSteps - budget.tfinal
        try withoutGradients {
            if step < last {
                try learn()
                guard step > budget.tinit, step.isMultiple(of: budget.deltaT) else { return }
                try take(keeping: count(at: step, last: last))
            } else if step == last {
                try take(keeping: lastCount)
                for name in state.keys where !name.hasPrefix(Name.kept) { state[name] = nil }
            } else {
                try mask()
            }
        }
    }

    /// How many ranks are left after a step.
    private func count(at step: Int, last: Int) -> Int {
        let left = 1 - Double(step - budget.tinit) / Double(last - budget.tinit)
        return Int(Double(firstCount - lastCount) * pow(left, 3) + Double(lastCount))
    }

    /// Follows sensitivities.
    private func learn() throws {
        for parameter in adapters.flatMap(\.parameters) {
            guard let gradient = try parameter.value.gradient() else { continue }
            let sensitivity = try (parameter.value.detached() * gradient).abs()
            func mean(_ name: String, _ beta: Double, _ value: Tensor) throws -> Tensor {
                let earlier = try state[name + parameter.name] ?? Tensor.zeros(value.shape, device: value.device)
                let mean = try earlier * beta + value * (1 - beta)
                state[name + parameter.name] = mean
                return mean
            }
            let smooth = try mean(Name.sensitivity, budget.beta1, sensitivity)
            _ = try mean(Name.uncertainty, budget.beta2, (sensitivity - smooth).abs())
        }
    }

    /// Takes all ranks but the most important.
    private func take(keeping count: Int) throws {
        let scores = try adapters.map(importance)
        let sorted = try scores.flatMap { try $0.floats() }.sorted()
        // Nothing is left to take where an adapter that was read has as few ranks already.
        let taken = min(firstCount - count, sorted.count)
        guard taken > 0 else { return }
        for (adapter, score) in zip(adapters, scores) {
            state[Name.kept + adapter.layer.name] = try score.greater(Double(sorted[taken - 1])).to(.float32)
        }
        try mask()
    }

    /// The importance of each rank, (r, 1).
    private func importance(of adapter: AdaLoRALayer) throws -> Tensor {
        func elements(_ parameter: Parameter) throws -> Tensor {
            guard let sensitivity = state[Name.sensitivity + parameter.name],
                let uncertainty = state[Name.uncertainty + parameter.name]
            else { return try Tensor.zeros(parameter.shape, device: parameter.value.device) }
            return try sensitivity * uncertainty
        }
        let vectors =
            try elements(adapter.a).mean(dims: [1], keepDim: true)
            + elements(adapter.b).mean(dims: [0]).unsqueezed(1)
        return try elements(adapter.e) + vectors
    }

    /// Sets the singular values of taken ranks to 0.
    private func mask() throws {
        for adapter in adapters {
            guard let kept = state[Name.kept + adapter.layer.name] else { continue }
            try adapter.e.value.copy_(from: try adapter.e.value.detached().maskedFill(kept.equal(0), 0))
        }
    }
}
