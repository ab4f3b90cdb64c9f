import Models
import Tensors

/// Takes from a trained LoRA the ranks that matter least: the singular values of each module's change B A, by size.
package struct LoRATruncation: Sendable, Hashable {
    package enum Limit: Sendable, Hashable {
        /// The share of each change's energy, Σσ², that is left at least.
        case energy(Double)
        /// The rank that is left at most.
        case rank(Int)
    }

    package var limit: Limit

    package init(_ limit: Limit) {
        self.limit = limit
    }

    /// What became of a module's change.
    package struct Module: Sendable, Hashable {
        package let name: String
        package let oldRank: Int
        package let rank: Int
        /// The share of Σσ² that is left; 1 for a change of zero.
        package let energy: Double
    }

    /// Puts the truncated adapter in the place of an adapter on its base model.
    ///
    /// - Parameter tuned: an adapter that ``AdapterFolder`` read.
    /// - Throws: ``PEFTError`` if it is no LoRA.
    package func truncate(_ tuned: any TunedModel) throws -> (tuned: any TunedModel, modules: [Module]) {
        guard let whole = tuned as? LoRAModel else {
            throw PEFTError(
                ["only a LoRA adapter has ranks that can be taken"],
                help: "train with the method lora; adalora takes ranks by itself")
        }
        var modules: [Module] = []
        var parts: [String: (a: Tensor, b: Tensor)] = [:]
        for adapter in whole.adapters {
            let (module, a, b) = try part(of: adapter)
            modules.append(module)
            parts[module.name] = (a, b)
        }
        let scales = Dictionary(uniqueKeysWithValues: whole.adapters.map { ($0.moduleName, $0.factors.scale) })
        for adapter in whole.adapters { adapter.takeOff() }
        let r = modules.map(\.rank).max() ?? 1
        var method = whole.method
        method.r = r
        method.loraAlpha = Double(r)
        method.useRSLoRA = false
        method.initLoRAWeights = .kaiming
        method.targetModules = .names(modules.map(\.name))
        method.excludeModules = nil
        method.layersToTransform = nil
        method.layersPattern = []
        // With alpha at the rank, the scale is 1 everywhere.
        method.rankPattern = [:]
        method.alphaPattern = [:]
        for module in modules where module.rank != r {
            let pattern = module.name.replacing(".", with: "\\.")
            method.rankPattern.values[pattern] = module.rank
            method.alphaPattern.values[pattern] = Double(module.rank)
        }
        let old = Dictionary(uniqueKeysWithValues: whole.adapters.map { ($0.moduleName, $0.factors) })
        let truncated = try method.assemble(
            on: whole.base, targets: whole.adapters.map(\.module), saved: whole.saved, replaced: whole.replaced,
            isTrainable: false
        ) { shape in
            try LoRAFactors(shape) { name, dimensions in
                let module = shape.module.name
                if name == shape.aName, let part = parts[module] { return part.a }
                if name == shape.bName, let part = parts[module] { return part.b }
                guard let factors = old[module] else { return try Tensor.zeros(dimensions) }
                // The bias is scaled as the change is.
                if let bias = factors.bias, name == bias.name { return try bias.value * (scales[module] ?? 1) }
                return try factors.magnitude?.value ?? Tensor.zeros(dimensions)
            }
        }
        return (truncated, modules)
    }

    /// A and B of fewer ranks, whose product is nearest to s B A.
    private func part(of adapter: any LoRAAdapter) throws -> (Module, a: Tensor, b: Tensor) {
        try withoutGradients {
            let factors = adapter.factors
            // s B A = Q_b (s R_b R_aᵀ) Q_aᵀ: a matrix of the size of the rank has all singular values.
            let (qb, rb) = try factors.b.value.to(.cpu).to(.float32).qrDecomposition()
            let (qa, ra) = try factors.a.value.to(.cpu).to(.float32).transposed().contiguous().qrDecomposition()
            let (u, s, vt) = try (rb.matmul(ra.transposed()) * factors.scale).singularValueDecomposition()
            let squares = try s.floats().map { Double($0) * Double($0) }
            let rank = rank(for: squares)
            let all = squares.reduce(0, +)
            let root = try s.narrowed(dim: 0, start: 0, length: rank).sqrt()
            let b = try qb.matmul(u.narrowed(dim: 1, start: 0, length: rank)) * root
            let a = try vt.narrowed(dim: 0, start: 0, length: rank).matmul(qa.transposed()) * root.unsqueezed(1)
            let module = Module(
                name: adapter.moduleName, oldRank: factors.a.shape[0], rank: rank,
                energy: all > 0 ? squares.prefix(rank).reduce(0, +) / all : 1)
            return (module, try a.contiguous(), try b.contiguous())
        }
    }

    /// - Parameter squares: of singular values, falling.
    private func rank(for squares: [Double]) -> Int {
        switch limit {
        case .rank(let rank): return max(1, min(rank, squares.count))
        case .energy(let share):
            let wanted = share * squares.reduce(0, +)
            var sum = 0.0
            for (index, square) in squares.enumerated() {
                sum += square
                if sum >= wanted { return index + 1 }
            }
            return max(1, squares.count)
        }
    }
}
