import Foundation
import JSONValues
import Models
import PEFT
import StageInterface
import Tensors

/// `combine`: several LoRA adapters of one base model become one.
enum CombineStage: StageKind {
    private static let inputs = ["first", "second", "third", "fourth"]

    static let model = Parameter.inheritedFolder(
        "model", reading: ModelSource.modelFiles, from: ("first", "model"),
        help: "The base model of the adapters; default: the one that the first was trained on.")
    static let weights = Parameter<[Double]>(
        "weights", .list(of: .number(NumberRange(-1e6, 1e6)), atLeast: 2), default: .required,
        help: "How much of each adapter, in the order of the inputs; below 0 takes its effect away."
    ) { $0.arrayValue?.compactMap(\.doubleValue) }
    static let kind = Parameter<AdapterCombination.Kind>.choice(
        "combination_type", default: .cat,
        help: "cat adds the changes up exactly, at the sum of the ranks; the others keep the rank and approximate.")
    static let density = Parameter.number(
        "density", default: 1, in: NumberRange(0.001, 1),
        help: "The share of elements that ties, dare_linear, dare_ties and magnitude_prune keep.")
    static let majoritySign = Parameter<AdapterCombination.MajoritySign>.choice(
        "majority_sign_method", default: .total, help: "What elects a sign in ties: the sum of values, or their number."
    )
    static let averagesHeads = Parameter.boolean(
        "average_modules_to_save", default: true,
        help: "Give heads and other whole modules their mean by the weights; false refuses adapters that share one.")
    static let seed = Parameter.integer("seed", default: 42, help: "Seed of what dare_linear and dare_ties drop.")

    static let declaration = StageDeclaration(
        kind: "combine", version: 1, summary: "Make one LoRA adapter of several for the same base model",
        discussion: """
            As PEFT's add_weighted_adapter: `cat` gives exactly the weighted sum of the changes; `linear` sums the factors \
            apart; `ties` (arXiv:2306.01708) takes the mean of what agrees in sign; `dare_linear` and `dare_ties` \
            (arXiv:2311.03099) drop elements at random first. The adapters must be for the same classes.
            """,
        parameters: [
            model.declaration, weights.declaration, kind.declaration, density.declaration, majoritySign.declaration,
            averagesHeads.declaration, seed.declaration,
        ],
        inputs: inputs.enumerated().map { index, name in
            InputDeclaration(name, .adapter, isRequired: index < 2, help: "An adapter.")
        },
        output: .always(.adapter), compute: .tensors,
        example: """
            both:
              uses: combine
              from: {first: formal, second: short}
              with: {weights: [0.7, 0.3], combination_type: ties, density: 0.5}
            """,
        check: check)

    static func run(_ context: StageContext) throws -> StageReport {
        let parameters = context.parameters
        let folders = inputs.compactMap { context.inputs[$0] }
        guard let base = try parameters[model] else {
            throw StageFailure(
                "the adapters' base model is not known", help: "write `model:` with the base model's folder")
        }
        let learned = try folders.map(TrainingRecord.learned)
        guard let own = learned.first, learned.allSatisfy({ $0 == own }) else {
            throw StageFailure(
                "the adapters are for other tasks or classes: "
                    + learned.map { ([$0.task.rawValue] + $0.labels).joined(separator: ", ") }.joined(separator: "; "))
        }
        if let whole = folders.first(where: { !AdapterLayout.isAdapter($0) }) {
            throw StageFailure("\(whole) is a whole model, no adapter", help: "train with the method lora")
        }
        let combination = AdapterCombination(
            try parameters[kind], weights: try parameters[weights], density: try parameters[density],
            majoritySignMethod: try parameters[majoritySign], averagesModules: try parameters[averagesHeads])
        let loaded = try StageFailure.locating("model") {
            try ModelSource(context).base(at: base.path, own, seed: 0).model
        }
        let generator = try RandomGenerator(seed: UInt64(bitPattern: Int64(try parameters[seed])))
        let tuned: any TunedModel
        do {
            tuned = try combination.combine(folders, onto: loaded, generator: generator)
        } catch {
            throw StageFailure(error)
        }
        try tuned.save(to: context.output, baseModelName: base.spelled)
        try TrainingRecord.write(own, to: context.output)
        let count = tuned.trainableParameters.reduce(0) { $0 + $1.shape.reduce(1, *) }
        return StageReport(
            summary: "\(folders.count) adapters, \(combination.kind.rawValue)", metrics: ["parameters": .int(count)])
    }

    private static func check(_ parameters: ParameterValues) throws -> [ParameterProblem] {
        let count = try parameters[weights].count
        guard count > inputs.count else { return [] }
        return [
            ParameterProblem(
                path: [weights.declaration.name],
                message: "there are \(count) weights, and at most \(inputs.count) adapters")
        ]
    }
}
