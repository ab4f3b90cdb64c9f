import Foundation
import JSONValues
import StageInterface

/// `mix`: several data sets become one, to be learned jointly.
enum MixStage: StageKind {
    enum Strategy: String, CaseIterable, Sendable { case weights, temperature, turn }

    static let strategy = Parameter<Strategy>.choice(
        "strategy", default: .temperature,
        help: "Whose row comes next: drawn by `weights`, drawn by the sizes and a temperature, or each in its turn.")
    static let weights = Parameter<[String: Double]?>(
        "weights", .map(of: .number(NumberRange(0, 1e9, excludesLowerBound: true))), default: .absent,
        help: "Of weights: how often each data set comes, in proportion, by the names of the stages that give them."
    ) { $0.isNull ? .some(nil) : $0.objectValue?.compactMapValues(\.doubleValue) }
    static let temperature = Parameter.number(
        "temperature", default: 1, in: .positive,
        help:
            "Of temperature: shares are in proportion to size^(1/temperature), as T5's; 1 is by size, more is more alike."
    )
    static let maximum = Parameter.optionalInteger(
        "maximum", in: 1 ... .max, help: "Of temperature: a data set with more rows counts as one of so many.")
    static let stoppingStrategy = Parameter<Mixing.StoppingStrategy>.choice(
        "stopping_strategy", default: .allExhausted,
        help: "End when one data set has given all its rows, or when all have; those that are through begin again.")
    static let shuffle = Parameter.boolean(
        "shuffle", default: true,
        help: "Take the rows of each data set in a drawn order: what is left out or repeated is then none of its ends.")
    static let seed = Parameter.integer("seed", default: 42, help: "Seed of what is drawn.")
    static let leakage = Parameter<Leakage.Policy>.choice(
        "leakage", default: .refuse,
        help: "A text that one data set learns from and another is scored on: an error, or removed from the training.")

    /// Rows that a mix may always have; more than so many are refused where most would be repetitions.
    private static let usualRows = 10_000_000.0

    static let declaration = StageDeclaration(
        kind: "mix", version: 1, summary: "Make one data set of several, to be learned jointly",
        discussion: """
            The training split takes rows of the data sets in an order as that of `interleave_datasets` of Hugging Face's \
            datasets. Validation and test split are those of all data sets, one after another, each row once. To score a \
            data set alone, tokenize it alone. All must teach the same, with the same classes in the same order. A row's \
            number is its own plus that of its data set's `first_id` in `dataset.json`, and the same each time it comes. \
            The order of the list under `from` makes no difference.
            """,
        parameters: [
            strategy.declaration, weights.declaration, temperature.declaration, maximum.declaration,
            stoppingStrategy.declaration, shuffle.declaration, seed.declaration, leakage.declaration,
        ],
        inputs: [InputDeclaration("datasets", .dataset, gathers: true, help: "What is mixed, two data sets at least.")],
        output: .always(.dataset),
        example: """
            both:
              uses: mix
              from: {datasets: [reviews, questions]}
              with: {strategy: temperature, temperature: 2}
            """,
        check: check)

    static func run(_ context: StageContext) throws -> StageReport {
        let parameters = context.parameters
        let sources = try (context.gathered["datasets"] ?? []).map(MixedSource.init).sorted { $0.name < $1.name }
        try MixedSource.check(sources)
        let mixing = try mixing(of: sources, parameters)
        let sizes = sources.map(\.training.count)
        let expected = mixing.expectedCount(sizes)
        guard expected <= max(usualRows, 10 * Double(sizes.reduce(0, +))) else {
            throw StageFailure(
                "the mix would have about \(String(format: "%.2g", expected)) rows, and the data sets have "
                    + "\(sizes.reduce(0, +))",
                help: "make the shares more alike, or write `stopping_strategy: first_exhausted`",
                place: .parameter([try place(of: parameters[strategy])]))
        }
        var generator = SplitMix64(seed: try parameters[seed])
        let shuffles = try parameters[shuffle]
        let orders = sizes.map { size in
            shuffles ? Array(0..<size).shuffled(using: &generator) : Array(0..<size)
        }
        let places = mixing.places(sizes: sizes) { generator.nextUniform() }

        let firstIDs = try MixedSource.firstIDs(of: sources)
        func examples(_ split: SplitName) -> [Example] {
            zip(sources, firstIDs).flatMap { source, first in source.examples(of: split, firstID: first) }
        }
        let training = zip(sources, firstIDs).map { source, first in source.examples(of: .train, firstID: first) }
        var splits: [SplitName: [Example]] = [
            .train: places.map { training[$0.source][orders[$0.source][$0.row]] },
            .validation: examples(.validation), .test: examples(.test),
        ]
        let leaked = try MixedSource.settle(try parameters[leakage], &splits, sources: sources, firstIDs: firstIDs)
        if leaked > 0 {
            context.note("\(leaked) texts stand in the training of one data set and the scoring of another")
        }

        let counts = sources.indices.map { source in places.count { $0.source == source } }
        let mixed = JSONValue.array(
            sources.indices.map { index in
                [
                    "stage": .string(sources[index].name), "first_id": .int(firstIDs[index]),
                    "rows": .int(sizes[index]),
                    "taken": .int(counts[index]), "share": .double(Double(counts[index]) / Double(places.count)),
                ]
            })
        let metrics = try DatasetFile.write(
            PreparedDataset(
                splits: splits, labels: LabelSet(names: sources[0].labels, kind: sources[0].kind),
                kind: sources[0].kind, sourceRows: sources.reduce(0) { $0 + $1.rowCount }),
            leaked: leaked, mixed: mixed, to: context.output)
        let taken = zip(sources, counts).map { "\($1) of \($0.name)" }
        return StageReport(
            summary: "train \(splits[.train]?.count ?? 0): " + taken.joined(separator: ", "), metrics: metrics)
    }

    private static func mixing(of sources: [MixedSource], _ parameters: ParameterValues) throws -> Mixing {
        let sizes = sources.map(\.training.count)
        let shares: [Double]? =
            switch try parameters[strategy] {
            case .turn: nil
            case .temperature:
                Mixing.shares(
                    sizes: sizes, temperature: try parameters[temperature], maximum: try parameters[maximum])
            case .weights: Mixing.shares(weights: try weights(of: sources, parameters[weights] ?? [:]))
            }
        return Mixing(shares: shares, stoppingStrategy: try parameters[stoppingStrategy])
    }

    /// The parameter that makes shares unlike.
    private static func place(of strategy: Strategy) -> String {
        switch strategy {
        case .weights: weights.declaration.name
        case .temperature: temperature.declaration.name
        case .turn: stoppingStrategy.declaration.name
        }
    }

    /// The weight of each source.
    private static func weights(of sources: [MixedSource], _ written: [String: Double]) throws -> [Double] {
        let names = sources.map(\.name)
        func problem(_ message: String, help: String?) -> StageProblem {
            StageProblem(.error, message, help: help, place: .parameter(["weights"]))
        }
        let list = names.map { "`\($0)`" }.joined(separator: ", ")
        let problems =
            names.filter { written[$0] == nil }.map { problem("`weights` has no `\($0)`", help: "write `\($0): 1`") }
            + written.keys.sorted().filter { !names.contains($0) }.map {
                problem("`weights` has `\($0)`, which is none of the data sets", help: "these are \(list)")
            }
        guard problems.isEmpty else { throw StageFailure(problems) }
        return names.compactMap { written[$0] }
    }

    private static func check(_ parameters: ParameterValues) throws -> [ParameterProblem] {
        var problems: [ParameterProblem] = []
        let strategy = try parameters[strategy]
        func require(_ condition: Bool, _ name: String, _ reader: Strategy) {
            guard !condition else { return }
            problems.append(
                ParameterProblem(
                    path: [name], concernsKey: true,
                    message: "`\(name)` is only read with `strategy: \(reader.rawValue)`"))
        }
        require(try parameters[weights] == nil || strategy == .weights, "weights", .weights)
        require(try parameters[temperature] == 1 || strategy == .temperature, "temperature", .temperature)
        require(try parameters[maximum] == nil || strategy == .temperature, "maximum", .temperature)
        if strategy == .weights, try parameters[weights] == nil {
            problems.append(
                ParameterProblem(
                    path: [], missingKey: "weights", message: "`strategy: weights` needs `weights`",
                    help: "write `weights: {STAGE: NUMBER}` with a number for each data set"))
        }
        return problems
    }
}
