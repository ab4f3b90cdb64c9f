import Tensors

/// Lion (Chen et al. 2023, arXiv:2302.06675, algorithm 2): steps of one size, in the direction of a sign. The paper has
/// β₂ = 0.99, and learning rates three to ten times smaller than AdamW's.
struct LionRule: UpdateRule {
    let beta1: Double
    let beta2: Double

    func stateShapes(for shape: [Int]) -> [String: [Int]] { [Self.firstMoment: shape] }

    func apply(_ updates: [Update], step: Int, learningRate: Double, weightDecay: Double) throws {
        for update in updates {
            let (parameter, gradient) = (update.parameter, update.gradient)
            let moment = try update.state(Self.firstMoment)
            let direction = try moment * beta1 + gradient * (1 - beta1)
            let sign = try direction.greater(0).to(parameter.dtype) - direction.less(0).to(parameter.dtype)
            // The decay acts on the parameter as it was.
            if weightDecay > 0 { try parameter.multiply_(1 - learningRate * weightDecay) }
            try parameter.add_(sign, scale: -learningRate)
            try moment.multiply_(beta2)
            try moment.add_(gradient, scale: 1 - beta2)
        }
    }
}
