import Foundation
import JSONValues
import StageInterface
import TestSupport
import Testing

@testable import Stages

/// What `interleave_datasets` makes, and T5's shares: `Golden/interleaving.json`.
private struct Golden: Decodable {
    struct Case: Decodable, Sendable {
        let sizes: [Int]
        let strategy: String
        /// Nil takes turns.
        let shares: [Double]?
        let uniform: [Double]?
        /// Source and row.
        let places: [[Int]]
    }

    struct Rate: Decodable, Sendable {
        let sizes: [Int]
        let temperature: Double
        let maximum: Int?
        let shares: [Double]
    }

    let cases: [Case]
    let rates: [Rate]

    static func read() throws -> Golden {
        let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/interleaving.json")
        return try JSONDecoder().decode(Golden.self, from: try Data(contentsOf: url))
    }
}

@Suite("mix")
struct MixTests {
    /// Two classes, all texts with the set's name in them.
    private static func rows(_ name: String, _ counts: [SplitName: Int]) -> [SplitName: [JSONValue]] {
        var id = 0
        return Dictionary(
            uniqueKeysWithValues: SplitName.allCases.map { split in
                (
                    split,
                    (0..<(counts[split] ?? 0)).map { index in
                        defer { id += 1 }
                        return ["id": .int(id), "text": .string("\(name) \(split.rawValue) \(index)"), "label": 0]
                    }
                )
            })
    }

    private static let large = rows("large", [.train: 12, .validation: 2, .test: 3])
    private static let small = rows("small", [.train: 3, .validation: 1, .test: 2])

    private func mix(
        _ sets: [(name: String, rows: [SplitName: [JSONValue]])], _ written: [String: JSONValue] = [:],
        descriptions: [JSONValue] = []
    ) throws -> (outcome: StageHarness.Outcome, lines: [SplitName: [JSONValue]]) {
        try withTemporaryFolder { folder in
            var harness = StageHarness(folder: folder)
            harness.gathered["datasets"] = try sets.enumerated().map { index, set in
                let place = folder.appending(path: set.name)
                try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
                for split in SplitName.allCases {
                    let text = try (set.rows[split] ?? []).map { try $0.canonical + "\n" }.joined()
                    try Data(text.utf8).write(to: place.appending(path: "\(split.rawValue).jsonl"))
                }
                let usual: JSONValue = ["target": "class", "labels": ["no", "yes"]]
                let description = descriptions.indices.contains(index) ? descriptions[index] : usual
                try Data(description.canonical.utf8).write(to: place.appending(path: "dataset.json"))
                return GatheredArtifact(stage: set.name, axes: [:], path: place.path)
            }
            let outcome = try harness.run(MixStage.self, written)
            let lines = try Dictionary(
                uniqueKeysWithValues: SplitName.allCases.map { ($0, try outcome.lines("\($0.rawValue).jsonl")) })
            return (outcome, lines)
        }
    }

    private func problems(
        _ sets: [(name: String, rows: [SplitName: [JSONValue]])], _ written: [String: JSONValue] = [:],
        descriptions: [JSONValue] = []
    ) throws -> [StageProblem] {
        try #require(throws: StageFailure.self) { try mix(sets, written, descriptions: descriptions) }.problems
    }

    private static var both: [(name: String, rows: [SplitName: [JSONValue]])] {
        [("large", large), ("small", small)]
    }

    // MARK: - Orders

    @Test("orders rows as interleave_datasets does, in turn and by the same draws")
    func interleaving() throws {
        for example in try Golden.read().cases {
            let strategy = try #require(Mixing.StoppingStrategy(rawValue: example.strategy))
            let mixing = Mixing(shares: example.shares, stoppingStrategy: strategy)
            var draws = (example.uniform ?? [])[...]
            let places = mixing.places(sizes: example.sizes) { draws.removeFirst() }
            #expect(places.map { [$0.source, $0.row] } == example.places, "\(example)")
            #expect(draws.isEmpty)
        }
    }

    @Test("shares are T5's")
    func shares() throws {
        for rate in try Golden.read().rates {
            let shares = Mixing.shares(sizes: rate.sizes, temperature: rate.temperature, maximum: rate.maximum)
            #expect(zip(shares, rate.shares).allSatisfy { abs($0 - $1) < 1e-12 }, "\(rate)")
        }
        // Powers that are no numbers.
        #expect(Mixing.shares(sizes: [10, 20], temperature: 1e-300, maximum: nil) == [0, 1])
        #expect(Mixing.shares(sizes: [10, 20], temperature: 1e300, maximum: nil) == [0.5, 0.5])
        #expect(Mixing.shares(weights: [1e308, 1e308]) == [0.5, 0.5])
    }

    @Test("a drawn number decides by the shares")
    func draws() {
        var generator = SplitMix64(seed: 5)
        let mixing = Mixing(shares: [0.2, 0.8], stoppingStrategy: .firstExhausted)
        let places = mixing.places(sizes: [1 << 30, 40_000]) { generator.nextUniform() }
        let share = Double(places.count { $0.source == 0 }) / Double(places.count)
        #expect(abs(share - 0.2) < 0.006)
        #expect(abs(mixing.expectedCount([1 << 30, 40_000]) - 50_000) < 1e-6)
    }

    // MARK: - The stage

    @Test("every row is there at least once, and what is scored is there once")
    func whole() throws {
        let (outcome, lines) = try mix(Self.both, ["temperature": 2])
        func texts(_ split: SplitName) -> [String] { lines[split]?.compactMap { $0["text"].stringValue } ?? [] }
        #expect(Set(texts(.train)).count == 15)
        #expect(texts(.train).count > 15)
        #expect(texts(.validation) == ["large validation 0", "large validation 1", "small validation 0"])
        #expect(texts(.test).count == 5 && Set(texts(.test)).count == 5)
        // A row's number tells where it is from, and is the same each time.
        let mixed = try #require(outcome.report.metrics["mixed"].arrayValue)
        #expect(mixed.map { $0["first_id"] } == [0, 17])
        #expect(mixed.map { $0["rows"] } == [12, 3])
        var numbers: [String: Set<Int>] = [:]
        for row in lines.values.joined() {
            let text = try #require(row["text"].stringValue)
            let id = try #require(row["id"].intValue)
            #expect((id >= 17) == text.hasPrefix("small"))
            numbers[text, default: []].insert(id)
        }
        #expect(numbers.values.allSatisfy { $0.count == 1 })
        #expect(Set(numbers.values.joined()).count == numbers.count)
        #expect(outcome.report.summary.hasPrefix("train \(texts(.train).count): "))
    }

    @Test("the seed and the names decide, and the order of the list does not")
    func determinism() throws {
        func order(_ sets: [(name: String, rows: [SplitName: [JSONValue]])], seed: Int) throws -> [JSONValue] {
            try mix(sets, ["seed": .int(seed)]).lines[.train] ?? []
        }
        #expect(try order(Self.both, seed: 1) == order(Self.both.reversed(), seed: 1))
        #expect(try order(Self.both, seed: 1) != order(Self.both, seed: 2))
    }

    @Test("turns and weights make the shares, and rows may be left out")
    func strategies() throws {
        func taken(_ written: [String: JSONValue]) throws -> [Int?] {
            try mix(Self.both, written).outcome.report.metrics["mixed"].arrayValue?.map { $0["taken"].intValue } ?? []
        }
        #expect(try taken(["strategy": "turn"]) == [12, 12])
        #expect(try taken(["strategy": "turn", "stopping_strategy": "first_exhausted"]) == [3, 3])
        let lopsided: [String: JSONValue] = [
            "strategy": "weights", "weights": ["large": 1, "small": 1000], "stopping_strategy": "first_exhausted",
        ]
        #expect(try taken(lopsided) == [0, 3])
        // In the order of the files, without a shuffle.
        let plain = try mix(Self.both, ["strategy": "turn", "shuffle": false]).lines[.train] ?? []
        #expect(
            plain.prefix(4).map { $0["text"] } == ["large train 0", "small train 0", "large train 1", "small train 1"])
    }

    // MARK: - Refusals

    @Test("data sets that don't go together are refused, all of it at once")
    func mismatch() throws {
        var paired = Self.small
        paired[.train]?[0]["pair"] = "b"
        let found = try problems(
            [("a", Self.large), ("b", paired), ("c", [:])],
            descriptions: [
                ["target": "class", "labels": ["no", "yes"]], ["target": "class", "labels": ["yes", "no"]],
                ["target": "answer", "labels": []],
            ])
        #expect(
            found.map(\.message) == [
                "the training split of `c` has no rows",
                "`a` and `b` have different classes: no, yes, and yes, no",
                "of `a` and `b` one has pairs of texts and the other has not, and a tokenizer writes them differently",
                "`a` and `c` teach different things: `target: class` and `answer`",
            ])
        #expect(found.allSatisfy { $0.help != nil && $0.place == .input("datasets") })
        #expect(
            try problems([("a", Self.large)]).map(\.message) == ["there is nothing to mix: one data set is connected"])
    }

    @Test("weights name each data set and no other")
    func weights() throws {
        let found = try problems(Self.both, ["strategy": "weights", "weights": ["large": 1, "smal": 2]])
        #expect(
            found.map(\.message) == [
                "`weights` has no `small`", "`weights` has `smal`, which is none of the data sets",
            ])
        for (written, path) in [
            (["strategy": "weights"], []), (["weights": ["large": 1, "small": 1]], ["weights"]),
            (["strategy": "turn", "temperature": 2, "maximum": 5], ["temperature"]),
        ] as [([String: JSONValue], [String])] {
            let refused = try #require(throws: StageHarness.Refused.self) { try mix(Self.both, written) }
            #expect(refused.problems.first?.path == path)
        }
    }

    @Test("a mix of repetitions without end is refused")
    func size() throws {
        let written: [String: JSONValue] = ["strategy": "weights", "weights": ["large": 1e9, "small": 1e-9]]
        let found = try problems(Self.both, written)
        #expect(found.first?.message == "the mix would have about 3e+18 rows, and the data sets have 15")
        let never = try problems(Self.both, ["temperature": 1e-4])
        #expect(never.first?.message == "the mix would have about inf rows, and the data sets have 15")
        let first = written.merging(["stopping_strategy": "first_exhausted"]) { $1 }
        #expect(try mix(Self.both, first).outcome.report.metrics["mixed"][0]["taken"] == 12)
    }

    @Test("a text that another data set is scored on is refused, removed or allowed")
    func leakage() throws {
        var leaking = Self.small
        leaking[.train]?[1]["text"] = "LARGE  test 0"
        leaking[.validation]?[0]["text"] = "large test 1"
        let sets = [("large", Self.large), ("small", leaking)]
        let found = try problems(sets)
        #expect(found.last?.message == "2 texts of one data set are scored in another")
        #expect(
            found.first?.message
                == "row 3 of the validation split of `small` stands in a later split of another data set")
        let removed = try mix(sets, ["leakage": "remove"]).lines
        #expect(removed[.train]?.contains { $0["text"] == "LARGE  test 0" } == false)
        #expect(removed[.validation]?.count == 2)
        let allowed = try mix(sets, ["leakage": "allow"])
        #expect(allowed.lines[.train]?.contains { $0["text"] == "LARGE  test 0" } == true)
        #expect(allowed.outcome.report.metrics["leaked"].intValue ?? 0 >= 2)
    }

    @Test("numbers of rows that can't be told apart are refused")
    func numbers() throws {
        for id in [-1, Int.max] {
            var odd = Self.small
            odd[.train]?[0]["id"] = .int(id)
            let found = try problems([("large", Self.large), ("odd", odd)])
            #expect(found.first?.message == "the rows of `odd` have numbers that are negative or too large")
        }
    }
}
