import Tensors

/// Stochastic gradient descent as in PyTorch: with momentum if it is above 0, and weight decay as part of the gradient.
struct SGDRule: UpdateRule {
    let momentum: Double

    func stateShapes(for shape: [Int]) -> [String: [Int]] { momentum > 0 ? [Self.firstMoment: shape] : [:] }

    func apply(_ updates: [Update], step: Int, learningRate: Double, weightDecay: Double) throws {
        for update in updates {
            var gradient = update.gradient
            if weightDecay > 0 { gradient = try gradient + update.parameter.detached() * weightDecay }
            if momentum > 0 {
                // Before the first step it is zero, so that the first is the gradient itself.
                let moment = try update.state(Self.firstMoment)
                try moment.multiply_(momentum)
                try moment.add_(gradient)
                gradient = moment
            }
            try update.parameter.add_(gradient, scale: -learningRate)
        }
    }
}
