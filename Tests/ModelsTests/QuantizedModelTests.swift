import Foundation
import JSONValues
import Models
import TestSupport
import Tensors
import Testing

@Suite("Models whose layers' weights are in few bits")
struct QuantizedModelTests {
    private static func load(
        _ folder: URL, _ example: ArchitectureCase, _ quantization: Quantization?, dtype: DType = .float32
    ) throws -> any TransformerModel {
        try LibTorch.setThreadCount(1)
        return try ModelArchitectures.load(
            folder: folder.path,
            options: ModelOptions(
                task: example.task, dtype: dtype, quantization: quantization, generator: try RandomGenerator(seed: 1))
        ).model
    }

    @Test(
        "compute what their numbers would, to the bit, for every architecture",
        arguments: try ArchitectureGolden.read().cases)
    func logits(_ example: ArchitectureCase) throws {
        let input = try ArchitectureGolden.read().input(example)
        try example.withFolder { folder in
            for quantization in Quantization.allCases {
                let model = try Self.load(folder, example, quantization)
                let plain = try Self.load(folder, example, nil)
                #expect(model.quantization == quantization)
                #expect(plain.quantization == nil)
                #expect(model.byteCount < plain.byteCount)
                // All in the layers, and neither the head nor what else has no layer's number.
                let isInLayer = model.linears.map { $0.name.split(separator: ".").contains { Int($0) != nil } }
                #expect(model.linears.map { $0.weight.quantized != nil } == isInLayer)
                for (layer, other) in zip(model.linears, plain.linears) where layer.weight.quantized != nil {
                    #expect(!layer.weight.isTrainable)
                    #expect(layer.weight.shape == other.weight.shape)
                    #expect(try layer.weight.samples() == other.weight.samples())
                    other.weight.value = try layer.weight.dense()
                }
                let logits = try model.logits(for: input, mode: .inference).floats()
                #expect(try logits == plain.logits(for: input, mode: .inference).floats())
                #expect(!logits.contains { !$0.isFinite })
            }
        }
    }

    @Test("compute in bfloat16 with what would be rounded from their numbers")
    func bfloat16() throws {
        let example = try #require(try ArchitectureGolden.read().cases.first)
        let input = try ArchitectureGolden.read().input(example)
        try example.withFolder { folder in
            let wide = try Self.load(folder, example, .int8).logits(for: input, mode: .inference).floats()
            let model = try Self.load(folder, example, .int8, dtype: .bfloat16)
            let narrow = try model.logits(for: input, mode: .inference).to(.float32).floats()
            #expect(difference(narrow, wide) < 0.05 * max(1, wide.map { abs($0) }.max() ?? 0))
            // Samples are of the type that the model computes in, as those of other parameters.
            let plain = try Self.load(folder, example, nil, dtype: .bfloat16)
            for (layer, other) in zip(model.linears, plain.linears) {
                #expect(try layer.weight.samples() == other.weight.samples())
            }
        }
    }

    @Test("are saved as numbers")
    func saving() throws {
        let example = try #require(try ArchitectureGolden.read().cases.first { $0.name.hasPrefix("gpt2") })
        let input = try ArchitectureGolden.read().input(example)
        try example.withFolder { folder in
            let model = try Self.load(folder, example, .nf4)
            let saved = folder.appending(path: "saved")
            try FileManager.default.createDirectory(at: saved, withIntermediateDirectories: true)
            try model.save(to: saved.path)
            let read = try Self.load(saved, example, nil)
            let logits = try read.logits(for: input, mode: .inference).floats()
            #expect(difference(logits, try model.logits(for: input, mode: .inference).floats()) < 1e-5)
        }
    }

    @Test("are refused where a weight is no finite number, each by its name")
    func notFinite() throws {
        try withTemporaryFolder { folder in
            try TinyBERT.copy(to: folder) { _ in }
            let file = folder.appending(path: "model.safetensors")
            let names = [0, 1].map { "bert.encoder.layer.\($0).attention.self.key.weight" }
            var tensors: [String: Tensor] = [:]
            do {
                let source = try SafetensorsFile(file.path)
                for name in source.names { tensors[name] = try source.tensor(name).copy() }
            }
            for name in names { tensors[name] = try #require(tensors[name]) * .infinity }
            try Safetensors.write(tensors, metadata: ["format": "pt"], to: file.path)
            let options = ModelOptions(quantization: .int8, generator: try RandomGenerator(seed: 1))
            let error = try #require(throws: ModelError.self) {
                try ModelArchitectures.load(folder: folder.path, options: options)
            }
            #expect(
                error.problems
                    == names.map { "`\($0)` has values that are no finite numbers, and can't be kept in few bits" })
        }
    }
}
