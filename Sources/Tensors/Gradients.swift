import CTorch

/// What is done to the gradients of many parameters together.
package enum Gradients {
    /// Scales all gradients by one factor so that the L2 norm of them together is at most `maxNorm` (Pascanu, Mikolov,
    /// Bengio, arXiv 1211.5063). Parameters without a gradient don't count.
    ///
    /// - Returns: the norm before; not finite if a gradient isn't.
    @discardableResult
    package static func clip(_ parameters: [Tensor], maxNorm: Double) throws -> Double {
        let gradients = try parameters.compactMap { try $0.gradient() }
        var norm = 0.0
        try LibTorch.library().run("Gradients.clip") { api in
            gradients.withHandles { api.clip_norm($0, $0.count, maxNorm, &norm) }
        }
        return norm
    }
}
