import Foundation
import JSONValues
import Models
import Tensors
import TestSupport
import Testing

@Suite("Saving a model")
struct SavingTests {
    @Test("gives a folder with transformers' names that computes the same")
    func roundTrip() throws {
        let input = try LogitsGolden.read().input()
        let model = try load(TinyBERT.folder).model
        let logits = try model.logits(for: input, mode: .inference).floats()
        try withTemporaryFolder { folder in
            try model.save(to: folder.path)
            let saved = try load(folder.path)
            #expect(try saved.model.logits(for: input, mode: .inference).floats() == logits)
            #expect(saved.notices == [])
            #expect(saved.model.labels == ["bad", "fair", "good"])

            let file = try SafetensorsFile(folder.appending(path: "model.safetensors").path)
            #expect(file.names == (try SafetensorsFile(TinyBERT.folder + "/model.safetensors")).names)
            #expect(file.metadata == ["format": "pt"])
        }
    }

    @Test("tells transformers the architecture and the classes, and keeps the rest of the configuration")
    func configuration() throws {
        let model = try load(TinyBERT.folder, labels: ["sad", "glad"]).model
        try withTemporaryFolder { folder in
            try model.save(to: folder.path)
            let json = try JSONValue(parsing: try Data(contentsOf: folder.appending(path: "config.json")))
            #expect(json["architectures"] == ["BertForSequenceClassification"])
            #expect(json["id2label"] == ["0": "sad", "1": "glad"])
            #expect(json["label2id"] == ["sad": 0, "glad": 1])
            #expect(json["hidden_size"] == 32)
            #expect(json["layer_norm_eps"] == 1e-12)
        }
    }

    @Test("the rows of a head whose classes are asked for in another order move with their names")
    func reorderedHead() throws {
        let input = try LogitsGolden.read().input()
        let original = try load(TinyBERT.folder).model.logits(for: input, mode: .inference).floats()
        let reordered = try load(TinyBERT.folder, labels: ["good", "bad", "fair"]).model
            .logits(for: input, mode: .inference).floats()
        for row in 0..<3 {
            #expect(
                difference(
                    Array(reordered[row * 3..<row * 3 + 3]),
                    [original[row * 3 + 2], original[row * 3], original[row * 3 + 1]]) < 1e-6)
        }
    }
}
