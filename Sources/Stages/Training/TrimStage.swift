import Foundation
import JSONValues
import Models
import PEFT
import StageInterface

/// `trim`: a trained LoRA becomes smaller, by the ranks that matter least.
enum TrimStage: StageKind {
    static let model = Parameter.inheritedFolder(
        "model", reading: ModelSource.modelFiles, from: ("adapter", "model"),
        help: "The base model of the adapter; default: the one that it was trained on.")
    static let keep = Parameter.optionalNumber(
        "keep", in: NumberRange(0, 1, excludesLowerBound: true),
        help: "The share of each change's energy, the sum of squared singular values, that is left at least; default: "
            + "0.95, unless `r` is said.")
    static let r = Parameter.optionalInteger(
        "r", in: 1...65536, help: "The rank that is left at most, in the place of a share.")

    static let declaration = StageDeclaration(
        kind: "trim", version: 1, summary: "Make a trained LoRA smaller, by the ranks that matter least",
        discussion: """
            The change `s · B A` of each layer is decomposed into singular values, and its smallest are left out: the \
            nearest change of that rank. Layers whose change is simple get a lower rank, which PEFT reads from \
            `rank_pattern`. Score it with `evaluate` beside the adapter that it was made from.
            """,
        parameters: [model.declaration, keep.declaration, r.declaration],
        inputs: [InputDeclaration("adapter", .adapter, help: "What is trimmed, an adapter of LoRA.")],
        output: .always(.adapter), compute: .tensors,
        example: """
            small:
              uses: trim
              from: {adapter: adapter}
              with: {keep: 0.95}
            """,
        check: { parameters in
            guard try parameters[keep] != nil, try parameters[r] != nil else { return [] }
            return [ParameterProblem(path: ["keep"], message: "`keep` and `r` say the same thing: write one of them")]
        })

    static func run(_ context: StageContext) throws -> StageReport {
        let parameters = context.parameters
        let folder = try context.input("adapter")
        guard AdapterLayout.isAdapter(folder) else {
            throw StageFailure(
                "\(folder) is a whole model, no adapter", help: "train with the method lora", place: .input("adapter"))
        }
        let base = try parameters[model]
        let tuned = try StageFailure.locating("model") { try ModelSource(context).tuned(folder, base: base) }
        let limit: LoRATruncation.Limit =
            if let rank = try parameters[r] { .rank(rank) } else { .energy(try parameters[keep] ?? 0.95) }
        let before = tuned.parameterCount
        let (trimmed, modules): (any TunedModel, [LoRATruncation.Module])
        do { (trimmed, modules) = try LoRATruncation(limit).truncate(tuned) } catch {
            throw StageFailure(error, at: .input("adapter"))
        }
        try trimmed.save(to: context.output, baseModelName: base?.spelled)
        try TrainingRecord.write(TrainingRecord.learned(in: folder), to: context.output)
        let ranks = (old: modules.map(\.oldRank), new: modules.map(\.rank))
        let energy = modules.map(\.energy).min() ?? 1
        return StageReport(
            summary: "rank \(span(ranks.old)) to \(span(ranks.new)), "
                + "\(String(format: "%.0f", 100 * Double(trimmed.parameterCount) / Double(max(before, 1)))) % of the size",
            metrics: [
                "parameters": .int(trimmed.parameterCount), "parameters_before": .int(before),
                "lowest_kept_energy": .double(energy),
                "ranks": .object(Dictionary(uniqueKeysWithValues: modules.map { ($0.name, .int($0.rank)) })),
            ])
    }

    /// `8`, or `2–5` where layers differ.
    private static func span(_ ranks: [Int]) -> String {
        let (low, high) = (ranks.min() ?? 0, ranks.max() ?? 0)
        return low == high ? "\(low)" : "\(low)–\(high)"
    }
}

extension TunedModel {
    /// Numbers that an adapter's file has.
    fileprivate var parameterCount: Int { trainableParameters.reduce(0) { $0 + $1.shape.reduce(1, *) } }
}
