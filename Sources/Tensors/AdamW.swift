import CTorch

/// Adam with decoupled weight decay (Loshchilov, Hutter, arXiv 1711.05101, algorithm 2), as LibTorch's fused kernel.
package enum AdamW {
    /// Changes parameters and moments in place by one step.
    ///
    /// - Parameters:
    ///   - gradients: one for each parameter, of its shape and type.
    ///   - firstMoments: the running means of gradients; zeros before the first step.
    ///   - secondMoments: the running means of their squares; zeros before the first step.
    ///   - step: counts from 1, for the correction of the moments' bias.
    package static func step(
        parameters: [Tensor], gradients: [Tensor], firstMoments: [Tensor], secondMoments: [Tensor], step: Int,
        learningRate: Double, beta1: Double = 0.9, beta2: Double = 0.999, eps: Double = 1e-8, weightDecay: Double = 0.01
    ) throws {
        let count = parameters.count
        guard gradients.count == count, firstMoments.count == count, secondMoments.count == count else {
            throw TorchError.failed(
                operation: "AdamW.step",
                message: "\(count) parameters, \(gradients.count) gradients, \(firstMoments.count) first and "
                    + "\(secondMoments.count) second moments; there must be one for each parameter")
        }
        try LibTorch.library().run("AdamW.step") { api in
            parameters.withHandles { parameters in
                gradients.withHandles { gradients in
                    firstMoments.withHandles { firstMoments in
                        secondMoments.withHandles { secondMoments in
                            api.adamw_step(
                                parameters, gradients, firstMoments, secondMoments, count, step, learningRate, beta1,
                                beta2, eps, weightDecay)
                        }
                    }
                }
            }
        }
    }
}
