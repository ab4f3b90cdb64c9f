import Foundation
import JSONValues
import Tensors
import TestSupport
import Testing

@testable import Models

/// A rotation, and transformers' angles for it: `Golden/rotations.json`.
struct RotationCase: Decodable, Sendable, CustomTestStringConvertible {
    let config: JSONValue
    let length: Int
    let magnitude: Double
    let frequencies: [Float]

    var testDescription: String {
        let scaling = config["rope_scaling"]
        return "\((scaling["rope_type"].stringValue ?? scaling["type"].stringValue) ?? "default") at length \(length)"
    }

    static func read() throws -> [RotationCase] {
        let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/rotations.json")
        return try JSONDecoder().decode([RotationCase].self, from: try Data(contentsOf: url))
    }
}

@Suite("Rotations")
struct RotaryTests {
    @Test("have transformers' angles at every length", arguments: try RotationCase.read())
    func frequencies(_ example: RotationCase) throws {
        let rotation = try rotation(example.config)
        #expect(abs(rotation.magnitude - example.magnitude) < 1e-12)
        let found = rotation.frequencies(length: example.length)
        try #require(found.count == example.frequencies.count)
        let differing = zip(found, example.frequencies).filter { $0 != $1 }
        // A power in float32 is not everywhere rounded alike.
        #expect(differing.count <= 1)
        #expect(differing.allSatisfy { abs($0 - $1) <= 2 * $1.ulp })
    }

    @Test("of one batch don't depend on the batch before", arguments: ["llama dynamic long", "phi3 longrope long"])
    func independence(_ name: String) throws {
        let example = try example(name)
        try example.withFolder { folder in
            let model = try example.load(folder).model
            func logits(_ length: Int) throws -> [Float] {
                let ids = try Tensor((0..<length).map { 3 + $0 }, shape: [1, length])
                return try model.logits(for: ModelInput(.ids(ids)), mode: .inference).floats()
            }
            // The original length is 6.
            let short = try logits(6)
            let long = try logits(8)
            _ = try logits(20)
            #expect(try logits(8) == long)
            #expect(try logits(6) == short)
            // Nothing but the angles tells the first positions apart.
            #expect(difference(Array(long.prefix(short.count)), short) > 1e-4)
        }
    }

    @Test("aren't changed by columns that are padding in all rows")
    func padding() throws {
        let example = try example("phi3 longrope short")
        try example.withFolder { folder in
            let model = try example.load(folder).model
            func logits(_ padding: Int) throws -> [Float] {
                let ids = [5, 6, 7, 8] + Array(repeating: 0, count: padding)
                let mask = (0..<ids.count).map { $0 < 4 }
                let input = ModelInput(
                    .ids(try Tensor(ids, shape: [1, ids.count])),
                    attentionMask: try Tensor(mask, shape: [1, ids.count]))
                return Array(try model.logits(for: input, mode: .inference).floats().prefix(4 * 53))
            }
            #expect(difference(try logits(0), try logits(20)) < 2e-5)
        }
    }

    // MARK: What is refused

    @Test("name what their factors lack")
    func wrongFactors() throws {
        let expectation = "expected a list of 4 numbers, one for every two of the components that are turned"
        #expect(
            try problems([
                "type": "longrope", "original_max_position_embeddings": 16, "long_factor": [1, 2, 3],
            ]) == [
                "`rope_scaling.short_factor` is missing: \(expectation)",
                "`rope_scaling.long_factor`: \(expectation), found 3",
            ])
        #expect(
            try problems([
                "rope_type": "longrope", "original_max_position_embeddings": 1, "short_factor": 2,
                "long_factor": [1, 2, 0, 3], "factor": "much",
            ]) == [
                "`rope_scaling.original_max_position_embeddings`: expected a number above 1 and at most 1e+12",
                "`rope_scaling.factor`: expected a number above 0 and at most 1e+12",
                "`rope_scaling.short_factor`: \(expectation), found a number",
                "`rope_scaling.long_factor[2]`: expected a number above 0 and at most 1e+12, found 0",
            ])
        for wrong in [JSONValue.double(-1.5), .double(1e300), .double(1e-42), "2", nil] {
            let found = try problems([
                "type": "longrope", "short_factor": [1, 1, wrong, 1], "long_factor": [1, 1, 1, 1],
            ])
            #expect(found.count == 1)
            #expect(
                found.first?.hasPrefix("`rope_scaling.short_factor[2]`: expected a number above 0 and at most ") == true
            )
        }
    }

    @Test("of an unknown kind are refused with those that there are")
    func unknownKinds() throws {
        #expect(
            try problems(["type": "stretched"]) == [
                "`rope_scaling` is of the kind `stretched`: known are default, linear, dynamic, llama3, yarn, longrope"
            ])
        #expect(
            try problems(["type": "dynamic"]) == [
                "`rope_scaling.factor`: expected a number above 0 and at most 1e+12"
            ])
        let phi = try example("phi3")
        #expect(
            try problems(["type": "linear", "factor": 2], of: phi).contains(
                "`rope_scaling` is of the kind `linear`: known are default, longrope, su, yarn"))
    }

    @Test("have the names that the first files of Phi-3 gave them", arguments: ["su", "yarn", "longrope"])
    func oldNames(_ kind: String) throws {
        var config = try example("phi3 longrope long").config
        let factors = config["rope_parameters"].objectValue ?? [:]
        config["rope_parameters"] = nil
        config["rope_scaling"] = [
            "type": .string(kind), "short_factor": factors["short_factor"] ?? nil,
            "long_factor": factors["long_factor"] ?? nil,
        ]
        let rotation = try rotation(config)
        guard case .longrope(_, let long, let length, let attention) = rotation.scaling else {
            Issue.record("\(rotation)")
            return
        }
        #expect(long == [1.5, 2.75, 6.25, 17.5])
        #expect(length == 6)
        #expect(abs(attention - (1 + log(64.0 / 6) / log(6.0)).squareRoot()) < 1e-12)
    }

    // MARK: Examples

    private func example(_ name: String) throws -> ArchitectureCase {
        let golden = try ArchitectureGolden.read()
        return try #require(golden.cases.first { $0.name == "\(name) \(ModelTask.causalLanguageModelling.rawValue)" })
    }

    /// The rotation of a configuration's first layer.
    private func rotation(_ config: JSONValue) throws -> RotaryDescription {
        var reader = try withTemporaryFolder { folder in
            let file = folder.appending(path: "config.json")
            try Data(config.pretty.utf8).write(to: file)
            return try ConfigurationReader(path: file.path, help: "")
        }
        let description =
            reader.modelType == "phi3" ? Phi3.describe(&reader) : LLaMA.describe(&reader)
        return try #require(description.layers.first?.attention.rotation)
    }

    /// What is said of a model with another `rope_scaling`.
    private func problems(_ scaling: JSONValue, of example: ArchitectureCase? = nil) throws -> [String] {
        let example = try example ?? self.example("llama")
        return try example.withFolder { folder in
            var config = example.config
            config["rope_parameters"] = nil
            config["rope_scaling"] = scaling
            try Data(config.pretty.utf8).write(to: folder.appending(path: "config.json"))
            return try #require(throws: ModelError.self) { try example.load(folder) }.problems
        }
    }
}
