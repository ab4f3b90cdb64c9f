import Foundation
import JSONValues
import Models
import Tensors
import TestSupport
import Testing

@Suite("Models of fewer layers")
struct LayerSelectionTests {
    @Test(
        "a layer that stays has its weights under its new number, and all else is as it was",
        arguments: try ArchitectureGolden.read().cases.filter { $0.task != .sequenceToSequence })
    func layers(_ example: ArchitectureCase) throws {
        try example.withFolder { source in
            let whole = try example.load(source).model
            let count = whole.dimensions.layerCount
            try withTemporaryFolder { folder in
                let selection = try LayerSelection(folder: source.path)
                #expect(selection.layerCount == count)
                let fewer = folder.appending(path: "fewer")
                try FileManager.default.createDirectory(at: fewer, withIntermediateDirectories: true)
                _ = try selection.write([count - 1], to: fewer.path)
                let kept = try example.load(fewer).model
                #expect(kept.dimensions.layerCount == 1)
                var own = Dictionary(uniqueKeysWithValues: whole.parameters.map { ($0.name, $0) })
                for parameter in kept.parameters {
                    let name = parameter.name.replacing(".0.", with: ".\(count - 1).")
                    let original = try #require(
                        own.removeValue(forKey: name) ?? own.removeValue(forKey: parameter.name))
                    #expect(try parameter.value.floats() == original.value.floats(), "\(name)")
                }
                // What is left is of the other layers.
                #expect(own.keys.allSatisfy { $0.contains(".0.") })
            }
        }
    }

    @Test("all layers are the model as it was, byte for byte but for the metadata")
    func all() throws {
        try withTemporaryFolder { folder in
            let selection = try LayerSelection(folder: TinyBERT.folder)
            let count = try selection.write([0, 1], to: folder.path)
            let original = try SafetensorsFile(TinyBERT.folder + "/model.safetensors")
            let copy = try SafetensorsFile(folder.appending(path: "model.safetensors").path)
            #expect(copy.names == original.names)
            for name in copy.names { #expect(try copy.tensor(name).floats() == original.tensor(name).floats()) }
            #expect(count == copy.names.reduce(0) { $0 + (copy.info($1)?.shape.reduce(1, *) ?? 0) })
        }
    }

    @Test("kinds of layers stay with them, and those that go by numbers are refused, as are two stacks")
    func kinds() throws {
        let golden = try ArchitectureGolden.read()
        try withTemporaryFolder { folder in
            let bert = folder.appending(path: "model")
            try FileManager.default.createDirectory(at: bert, withIntermediateDirectories: true)
            let example = try #require(golden.cases.first { $0.config["model_type"] == "qwen2" })
            func write(_ change: (inout JSONValue) -> Void) throws {
                var config = example.config
                change(&config)
                try Data(config.pretty.utf8).write(to: bert.appending(path: "config.json"))
                try Safetensors.write(
                    try HashedWeights.tensors(example.weights), metadata: ["format": "pt"],
                    to: bert.appending(path: "model.safetensors").path)
            }
            try write {
                $0["use_sliding_window"] = true
                $0["layer_types"] = ["full_attention", "sliding_attention"]
            }
            let fewer = folder.appending(path: "fewer")
            try FileManager.default.createDirectory(at: fewer, withIntermediateDirectories: true)
            _ = try LayerSelection(folder: bert.path).write([1], to: fewer.path)
            let json = try JSONValue(parsing: Data(contentsOf: fewer.appending(path: "config.json")))
            #expect(json["layer_types"] == ["sliding_attention"])
            #expect(json["num_hidden_layers"] == 1)

            try write {
                $0["use_sliding_window"] = true
                $0["layer_types"] = nil
            }
            let windows = try #require(throws: ModelError.self) { try LayerSelection(folder: bert.path) }
            #expect(windows.problems.first?.contains("which layers have a window goes by their numbers") == true)
        }
        let t5 = try #require(golden.cases.first { $0.task == .sequenceToSequence })
        try t5.withFolder { folder in
            let refused = try #require(throws: ModelError.self) { try LayerSelection(folder: folder.path) }
            #expect(refused.problems == ["the layers of this model are not one stack, so none can be left out"])
        }
    }
}
