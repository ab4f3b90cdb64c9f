import Foundation
import Models
import Tensors
import TestSupport
import Testing

@Suite("Reading BERT's weights")
struct BERTLoadingTests {
    @Test("a BertModel, whose names lack `bert.`, gets a new head and says so")
    func baseModel() throws {
        let golden = try LogitsGolden.read()
        try withRenamedTensors({ name in
            name.hasPrefix("classifier") ? nil : String(name.trimmingPrefix("bert."))
        }) { folder in
            let loaded = try load(folder, labels: ["negative", "positive"])
            #expect(loaded.model.labels == ["negative", "positive"])
            #expect(
                loaded.notices == [
                    "the model file has no classification head: a new one of 2 classes is trained"
                ])
            let logits = try loaded.model.logits(for: try golden.input(), mode: .inference)
            #expect(logits.shape == [3, 2])
            #expect(loaded.model.headParameters.map(\.name) == ["classifier.weight", "classifier.bias"])
        }
    }

    @Test("a new head has weights from N(0, 0.02²), which follow from the seed, and no bias")
    func newHead() throws {
        let labels = (0..<60).map { "class \($0)" }
        func weights(seed: UInt64) throws -> [Float] {
            let head = try load(TinyBERT.folder, labels: labels, seed: seed).model.headParameters
            #expect(try head[1].value.isAllZero())
            return try head[0].value.floats()
        }
        let values = try weights(seed: 3)
        #expect(try weights(seed: 3) == values)
        #expect(try weights(seed: 4) != values)
        let deviation = (values.reduce(0) { $0 + $1 * $1 } / Float(values.count)).squareRoot()
        #expect(abs(deviation - 0.02) < 0.002)
    }

    @Test("old names of norms, buffers and heads of pretraining are understood")
    func oldNames() throws {
        let golden = try LogitsGolden.read()
        try withRenamedTensors(
            {
                $0.replacing("LayerNorm.weight", with: "LayerNorm.gamma")
                    .replacing("LayerNorm.bias", with: "LayerNorm.beta")
            },
            adding: [
                "bert.embeddings.position_ids": try Tensor.arange(24).reshaped([1, 24]),
                "cls.seq_relationship.weight": try Tensor.zeros([2, 32]),
            ]
        ) { folder in
            let loaded = try load(folder)
            let logits = try loaded.model.logits(for: try golden.input(), mode: .inference).floats()
            #expect(difference(logits, try #require(golden.logits["gelu"]).flatMap { $0 }) < 1e-5)
            #expect(loaded.notices == [])
        }
    }

    @Test("every tensor that is missing, unexpected or of another shape is listed")
    func account() throws {
        try withRenamedTensors(
            { name in
                switch name {
                case "bert.pooler.dense.bias": "bert.pooler.dense.bais"
                case "bert.encoder.layer.1.output.dense.weight": nil
                default: name
                }
            },
            adding: [
                "bert.encoder.layer.0.output.dense.bias": try Tensor.zeros([31]),
                "bert.encoder.layer.1.output.dense.bias": try Tensor.zeros([32], dtype: .int64),
            ]
        ) { folder in
            let error = try #require(throws: ModelError.self) { try load(folder) }
            #expect(error.path == folder)
            #expect(
                error.problems == [
                    "`bert.encoder.layer.0.output.dense.bias` has shape [31], expected [32]",
                    "missing `bert.encoder.layer.1.output.dense.weight` [32, 48]",
                    "`bert.encoder.layer.1.output.dense.bias` holds int64 values, expected floating-point ones",
                    "missing `bert.pooler.dense.bias` [32]",
                    "unexpected `bert.pooler.dense.bais`",
                ])
        }
    }

    @Test("weights in half precision are computed with in float32")
    func halfPrecision() throws {
        try withRenamedTensors({ $0 }, dtype: .float16) { folder in
            let model = try load(folder).model
            #expect(model.parameters.allSatisfy { $0.value.dtype == .float32 })
        }
    }

    /// Writes the tiny BERT with other names (nil leaves a tensor out), and calls `body` with the folder.
    private func withRenamedTensors(
        _ rename: (String) -> String?, dtype: DType = .float32, adding others: [String: Tensor] = [:],
        _ body: (String) throws -> Void
    ) throws {
        let file = try SafetensorsFile(TinyBERT.folder + "/model.safetensors")
        var tensors: [String: Tensor] = [:]
        for name in file.names {
            if let newName = rename(name) { tensors[newName] = try file.tensor(name, as: dtype) }
        }
        tensors.merge(others) { $1 }
        try withTemporaryFolder { folder in
            try TinyBERT.copy(to: folder) { _ in }
            try Safetensors.write(
                tensors, metadata: ["format": "pt"], to: folder.appending(path: "model.safetensors").path)
            try body(folder.path)
        }
    }
}
