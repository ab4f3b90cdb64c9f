import Foundation
import JSONValues
import Models
import PEFT
import Tensors
import TestSupport
import Testing

@Suite("Taking ranks from a trained LoRA")
struct LoRATruncationTests {
    /// An adapter whose changes have these singular values, times one factor.
    private func trained(
        values: [Float] = [8, 4, 2, 1], _ change: (inout LoRA) -> Void = { _ in }
    ) throws -> any TunedModel {
        var method = LoRA(r: 4, loraAlpha: 6, targetModules: .names(["query", "output.dense"]))
        change(&method)
        let tuned = try method.attachedToTinyBERT()
        try tuned.scramble()
        try withoutGradients {
            for parameter in tuned.trainableParameters where parameter.name.hasSuffix("lora_A.weight") {
                let (q, _) = try parameter.value.transposed().contiguous().qrDecomposition()
                try parameter.value.copy_(from: q.transposed())
            }
            for parameter in tuned.trainableParameters where parameter.name.hasSuffix("lora_B.weight") {
                let (q, _) = try parameter.value.qrDecomposition()
                try parameter.value.copy_(from: q * Tensor(values))
            }
        }
        return tuned
    }

    /// Reads an adapter from disk, as a stage does, and truncates it.
    private func truncated(
        _ tuned: any TunedModel, _ limit: LoRATruncation.Limit
    ) throws -> (tuned: any TunedModel, modules: [LoRATruncation.Module]) {
        try withTemporaryFolder { folder in
            try tuned.save(to: folder.path, baseModelName: nil)
            return try LoRATruncation(limit).truncate(try AdapterFolder.load(folder.path, onto: try tinyBERT()))
        }
    }

    @Test("keeps a share of the energy, or a rank")
    func limits() throws {
        let tuned = try trained()
        // 64, 16, 4, 1 of 85.
        for (share, rank) in [(0.7, 1), (0.76, 2), (0.95, 3), (0.99, 4), (1, 4)] {
            let modules = try truncated(tuned, .energy(share)).modules
            #expect(modules.count == 6)
            #expect(modules.allSatisfy { $0.rank == rank && $0.oldRank == 4 && $0.energy >= share - 1e-6 }, "\(share)")
        }
        let two = try truncated(tuned, .rank(2)).modules
        #expect(two.allSatisfy { $0.rank == 2 && abs($0.energy - 80.0 / 85) < 1e-5 })
        #expect(try truncated(tuned, .rank(9)).modules.allSatisfy { $0.rank == 4 })
    }

    @Test("computes the same with all ranks, and nearly the same with most", arguments: [false, true])
    func logits(usesDoRA: Bool) throws {
        let input = try AdapterGolden.read().input()
        let tuned = try trained(values: [2, 1, 0.5, 1e-4]) {
            $0.useRSLoRA = true
            $0.useDoRA = usesDoRA
        }
        let logits = try tuned.logits(input)
        let all = try truncated(tuned, .energy(1)).tuned
        #expect(difference(try all.logits(input), logits) < 1e-4)
        let some = try truncated(tuned, .rank(3)).tuned
        let few = try truncated(tuned, .rank(1)).tuned
        #expect(difference(try some.logits(input), logits) < 0.01)
        #expect(difference(try few.logits(input), logits) > 0.05)
    }

    @Test("writes ranks that differ as PEFT's rank_pattern, biases and tables included")
    func written() throws {
        let input = try AdapterGolden.read().input()
        var method = LoRA(r: 4, loraAlpha: 6, targetModules: .names(["query", "word_embeddings"]))
        method.loraBias = true
        let tuned = try method.attachedToTinyBERT()
        try tuned.scramble()
        try withoutGradients {
            // A change of rank 1 in one layer.
            let b = try #require(
                tuned.trainableParameters.first { $0.name == "bert.encoder.layer.1.attention.self.query.lora_B.weight" }
            )
            try b.value.copy_(from: b.value.detached() * Tensor([1, 0, 0, 0]))
        }
        let logits = try tuned.logits(input)
        let (small, modules) = try truncated(tuned, .energy(0.99999))
        #expect(modules.map(\.rank) == [4, 1, 4] || modules.map(\.rank).sorted() == [1, 4, 4])
        try withTemporaryFolder { folder in
            try small.save(to: folder.path, baseModelName: nil)
            let json = try JSONValue(parsing: Data(contentsOf: folder.appending(path: "adapter_config.json")))
            let pattern = #"bert\.encoder\.layer\.1\.attention\.self\.query"#
            #expect(json["rank_pattern"] == [pattern: 1])
            #expect(json["alpha_pattern"] == [pattern: 1])
            #expect(json["r"] == 4)
            let read = try AdapterFolder.load(folder.path, onto: try tinyBERT())
            #expect(difference(try read.logits(input), logits) < 1e-3)
        }
    }

    @Test("is for LoRA alone")
    func refusal() throws {
        let error = try #require(throws: PEFTError.self) {
            try truncated(try IA3(targetModules: .names(["key"])).attachedToTinyBERT(), .rank(1))
        }
        #expect(error.problems == ["only a LoRA adapter has ranks that can be taken"])
    }
}
