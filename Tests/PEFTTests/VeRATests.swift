import Foundation
import Models
import PEFT
import Tensors
import TestSupport
import Testing

@Suite("VeRA")
struct VeRATests {
    private let method = VeRA(r: 5, targetModules: .names(["query", "output.dense"]), projectionPRNGKey: 3)

    @Test("leaves the logits as they are until it is trained, and then comes back from disk", arguments: [true, false])
    func roundTrip(savesProjection: Bool) throws {
        var method = method
        method.saveProjection = savesProjection
        try expectRoundTrip(method) { folder in
            let file = try SafetensorsFile(folder.appending(path: "adapter_model.safetensors").path)
            #expect(file.names.contains("base_model.vera_A") == savesProjection)
        }
    }

    @Test("trains two vectors a layer, whatever the rank of the shared matrices")
    func shapes() throws {
        let shapes = try method.attachedToTinyBERT().trainableParameters.filter { $0.name.contains("layer.1.output") }
        #expect(
            shapes.map { "\($0.name) \($0.shape)" } == [
                "bert.encoder.layer.1.output.dense.vera_lambda_b [32]",
                "bert.encoder.layer.1.output.dense.vera_lambda_d [5]",
            ])
        let d = try #require(shapes.last).value.floats()
        #expect(d == Array(repeating: 0.1, count: 5))
    }

    @Test("refuses what would learn nothing, and matrices that are too small, all at once")
    func validation() throws {
        var wrong = VeRA(r: 0, targetModules: .names(["query"]), veraDropout: 1, dInitial: 0)
        wrong.projectionPRNGKey = -1
        let error = try #require(throws: PEFTError.self) { try wrong.attachedToTinyBERT() }
        #expect(error.problems.count == 4)
        try withTemporaryFolder { folder in
            try method.attachedToTinyBERT().save(to: folder.path, baseModelName: nil)
            let path = folder.appending(path: "adapter_model.safetensors").path
            let file = try SafetensorsFile(path)
            var tensors = Dictionary(uniqueKeysWithValues: try file.names.map { ($0, try file.tensor($0).copy()) })
            tensors["base_model.vera_A"] = try Tensor.ones([5, 31])
            try Safetensors.write(tensors, metadata: ["format": "pt"], to: path)
            let short = try #require(throws: ModelError.self) {
                try AdapterFolder.load(folder.path, onto: try tinyBERT())
            }
            #expect(short.problems == ["`base_model.vera_A` has shape [5, 31], expected [5, 48]"])
        }
    }
}
