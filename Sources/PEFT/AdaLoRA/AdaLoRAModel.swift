import JSONValues
import Models
import Tensors

/// A model whose linear layers have low-rank adapters of ranks that training sets.
final class AdaLoRAModel: TunedModel {
    let base: any TransformerModel
    private var method: AdaLoRA
    private let adapters: [AdaLoRALayer]
    private let saved: SavedModules
    private let allocator: RankAllocator
    private let group: AdapterGroup

    init(base: any TransformerModel, method: AdaLoRA, adapters: [AdaLoRALayer], saved: SavedModules) {
        self.base = base
        self.method = method
        self.adapters = adapters
        self.saved = saved
        group = AdapterGroup(adapters)
        allocator = RankAllocator(adapters, targetR: method.targetR, budget: method.budget)
    }

    var trainableParameters: [Parameter] { adapters.flatMap(\.parameters) + saved.all }
    var stepwise: (any StepwiseMethod)? { self }

    /// Ranks that were taken are left out of the file, as PEFT does. Which these are the singular values say: where weights
    /// of an earlier epoch were better, its ranks are theirs.
    func save(to folder: String, baseModelName: String?) throws {
        var tensors = try saved.tensors()
        var pattern: [String: JSONValue] = [:]
        let takesRanks = allocator.hasTaken || method.rankPattern != nil
        for adapter in adapters {
            let used = takesRanks ? try adapter.usedRows() : Array(0..<adapter.e.shape[0])
            let places = try Tensor(used, shape: [used.count]).to(adapter.e.value.device)
            tensors[LoRA.filePrefix + adapter.a.name] = try adapter.a.value.indexSelected(dim: 0, places)
            tensors[LoRA.filePrefix + adapter.e.name] = try adapter.e.value.indexSelected(dim: 0, places)
            tensors[LoRA.filePrefix + adapter.b.name] = try adapter.b.value.indexSelected(dim: 1, places)
            let first = adapter.rows.indices.filter { adapter.rows[$0] }
            let kept = Set(used.map { first[$0] })
            pattern[adapter.e.name] = .array(adapter.rows.indices.map { .bool(kept.contains($0)) })
        }
        var configuration = method.fileConfiguration
        if takesRanks { configuration["rank_pattern"] = .object(pattern) }
        group.complete(&configuration, targets: method.targetModules)
        try AdapterWriter(model: base, method: AdaLoRA.self, baseModelName: baseModelName).write(
            tensors, configuration: configuration, saved: saved, fingerprint: baseFingerprint(), to: folder)
    }

    func merge() throws { try group.merge() }
    func unmerge() throws { try group.unmerge() }
}

extension AdaLoRAModel: StepwiseMethod {
    func prepare(totalSteps: Int) throws {
        let budget = method.budget
        guard budget.tinit < totalSteps - budget.tfinal else {
            throw PEFTError(
                [
                    "the training has \(totalSteps) steps, of which tinit \(budget.tinit) and tfinal \(budget.tfinal) "
                        + "leave none for setting ranks"
                ], help: "lower tinit or tfinal, or train over more steps")
        }
        method.budget.totalSteps = totalSteps
        allocator.totalSteps = totalSteps
    }

    /// The weighted mean of ‖A Aᵀ - I‖ and ‖Bᵀ B - I‖ over all layers.
    func penalty() throws -> Tensor? {
        guard method.orthRegWeight > 0 else { return nil }
        let distances = try adapters.flatMap { adapter in
            let (a, b) = (adapter.a.value, adapter.b.value)
            return [
                try Self.distanceFromIdentity(a.matmul(a.transposed())),
                try Self.distanceFromIdentity(b.transposed().matmul(b)),
            ]
        }
        guard let first = distances.first else { return nil }
        let sum = try distances.dropFirst().reduce(first) { try $0 + $1 }
        return try sum * (method.orthRegWeight / Double(distances.count))
    }

    /// ‖x - I‖, Frobenius' norm.
    private static func distanceFromIdentity(_ x: Tensor) throws -> Tensor {
        let size = x.shape[0]
        let places = try Tensor.arange(size, device: x.device)
        let identity = try places.unsqueezed(0).equal(places.unsqueezed(1)).to(x.dtype)
        let difference = try x - identity
        return try (difference * difference).sum().sqrt()
    }

    func stepped(_ step: Int) throws { try allocator.stepped(step) }

    var state: [String: Tensor] { allocator.state }

    func restore(_ state: [String: Tensor]) { allocator.state = state }
}
