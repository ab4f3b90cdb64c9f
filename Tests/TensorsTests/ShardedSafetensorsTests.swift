import Foundation
import Tensors
import Testing

@Suite("The tensors of a model's folder")
struct ShardedSafetensorsTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func writeShards() throws {
        try Safetensors.write(["a": Tensor.full([2], 1)], to: folder.path("model-00001-of-00002.safetensors"))
        try Safetensors.write(["b": Tensor.full([3], 2)], to: folder.path("model-00002-of-00002.safetensors"))
    }

    private func writeIndex(_ map: String) throws {
        let text = #"{"metadata":{"total_size":20},"weight_map":\#(map)}"#
        try Data(text.utf8).write(to: URL(filePath: folder.path("model.safetensors.index.json")))
    }

    private func message() -> String? {
        #expect(throws: SafetensorsError.self) { try ShardedSafetensors(folder: folder.path) }?.description
    }

    @Test("one file is a folder's tensors")
    func oneFile() throws {
        try Safetensors.write(["a": Tensor.ones([2])], to: folder.path("model.safetensors"))
        let model = try ShardedSafetensors(folder: folder.path)
        #expect(model.names == ["a"])
        #expect(model.contains("a") && !model.contains("b"))
        #expect(model.info("a")?.shape == [2])
        #expect(try model.tensor("a", as: .float64).dtype == .float64)
        let error = #expect(throws: SafetensorsError.self) { try model.tensor("b") }
        #expect(error?.description == "\(folder.path): there is no tensor `b`")
    }

    @Test("an index names the file of each tensor")
    func shards() throws {
        try writeShards()
        try writeIndex(#"{"a":"model-00001-of-00002.safetensors","b":"model-00002-of-00002.safetensors"}"#)
        let model = try ShardedSafetensors(folder: folder.path)
        #expect(model.names == ["a", "b"])
        #expect(try model.tensor("a").floats() == [1, 1])
        #expect(try model.tensor("b").floats() == [2, 2, 2])
        #expect(model.info("b")?.shape == [3])
    }

    @Test("an index that doesn't fit its files is refused")
    func wrongIndex() throws {
        try writeShards()
        try writeIndex(#"{"a":"model-00002-of-00002.safetensors","b":"model-00001-of-00002.safetensors"}"#)
        #expect(message()?.contains("tensor `a`: is not in model-00002-of-00002.safetensors, where the index") == true)
        #expect(message()?.contains("tensor `b`: is not in model-00001-of-00002.safetensors, where the index") == true)
        try writeIndex(#"{"a":"model-00003-of-00002.safetensors"}"#)
        #expect(message()?.contains("model-00003-of-00002.safetensors: can't be opened: No such file") == true)
        try writeIndex("[]")
        #expect(message()?.contains("`weight_map` is an array; expected an object") == true)
        try writeIndex(#"{"a":"../secret","b":3,"c":"/etc/passwd","d":".."}"#)
        let text = message() ?? ""
        #expect(text.contains(#"tensor `a`: its file is "../secret"; expected a name in the same folder"#))
        #expect(
            text.contains("tensor `b`: its file is 3") && text.contains("tensor `c`") && text.contains("tensor `d`"))
        try writeIndex("{")
        #expect(message()?.contains("is not JSON: line 1") == true)
    }

    @Test("a folder without safetensors is refused, and a pickle never loaded")
    func nothingThere() throws {
        #expect(
            message() == "\(folder.path): has neither model.safetensors nor model.safetensors.index.json; "
                + "help: is this the folder of a model?")
        try Data().write(to: URL(filePath: folder.path("pytorch_model.bin")))
        #expect(message()?.contains("pytorch_model.bin is a pickle") == true)
    }
}
