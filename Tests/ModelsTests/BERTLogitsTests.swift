import Foundation
import Models
import Tensors
import TestSupport
import Testing

@Suite("BERT's logits")
struct BERTLogitsTests {
    @Test(
        "equal those of transformers for padded rows with two segments",
        arguments: ["gelu", "gelu_new", "gelu_pytorch_tanh", "relu"])
    func equalTransformers(activation: String) throws {
        let golden = try LogitsGolden.read()
        let logits = try withTemporaryFolder { folder in
            try TinyBERT.copy(to: folder) { $0["hidden_act"] = activation }
            return try load(folder.path).model.logits(for: try golden.input(), mode: .inference).floats()
        }
        let expected = try #require(golden.logits[activation])
        #expect(difference(logits, expected.flatMap { $0 }) < 1e-5)
    }

    @Test("of a row don't depend on the padding beside it")
    func padding() throws {
        let golden = try LogitsGolden.read()
        let model = try load(TinyBERT.folder).model
        let row = ModelInput(.ids(try Tensor(Array(golden.ids[1].prefix(4)), shape: [1, 4])))
        let logits = try model.logits(for: row, mode: .inference).floats()
        #expect(difference(logits, try #require(golden.logits["gelu"])[1]) < 1e-5)
    }

    @Test("are the same from ids and from their embeddings")
    func embeddings() throws {
        let golden = try LogitsGolden.read()
        let model = try load(TinyBERT.folder).model
        var input = try golden.input()
        let fromIDs = try model.logits(for: input, mode: .inference).floats()
        input.tokens = .embeddings(try model.wordEmbeddings(try Tensor(golden.ids.flatMap { $0 }, shape: [3, 7])))
        #expect(try model.logits(for: input, mode: .inference).floats() == fromIDs)
    }

    @Test("vary in training, by dropout in the frozen layers too, and follow from the seed")
    func dropout() async {
        // In a process of its own: the seed belongs to the process.
        await #expect(processExitsWith: .success) {
            let input = try LogitsGolden.read().input()
            let model = try load(TinyBERT.folder).model
            try model.setTrainable { _ in false }
            func logits(seed: UInt64) throws -> [Float] {
                try RandomState.seed(seed)
                return try model.logits(for: input, mode: .training).floats()
            }
            let first = try logits(seed: 1)
            #expect(try logits(seed: 1) == first)
            #expect(try logits(seed: 2) != first)
        }
    }

    @Test("are near those of float32 when the layers compute in bfloat16")
    func halfPrecision() throws {
        let golden = try LogitsGolden.read()
        let options = ModelOptions(dtype: .bfloat16, generator: try RandomGenerator(seed: 1))
        let model = try ModelArchitectures.load(folder: TinyBERT.folder, options: options).model
        let logits = try model.logits(for: try golden.input(), mode: .inference)
        #expect(logits.dtype == .float32)
        let expected = try #require(golden.logits["gelu"]).flatMap { $0 }
        #expect(difference(try logits.floats(), expected) < 0.2)
    }
}
