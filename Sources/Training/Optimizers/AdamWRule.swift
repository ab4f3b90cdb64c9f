import Tensors

/// AdamW (Loshchilov and Hutter 2017, arXiv:1711.05101).
struct AdamWRule: UpdateRule {
    let beta1: Double
    let beta2: Double
    let epsilon: Double

    func stateShapes(for shape: [Int]) -> [String: [Int]] { [Self.firstMoment: shape, Self.secondMoment: shape] }

    func apply(_ updates: [Update], step: Int, learningRate: Double, weightDecay: Double) throws {
        try AdamW.step(
            parameters: updates.map(\.parameter), gradients: updates.map(\.gradient),
            firstMoments: updates.map { try $0.state(Self.firstMoment) },
            secondMoments: updates.map { try $0.state(Self.secondMoment) }, step: step, learningRate: learningRate,
            beta1: beta1, beta2: beta2, eps: epsilon, weightDecay: weightDecay)
    }
}
