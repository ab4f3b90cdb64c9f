import Foundation
import JSONValues
import Tensors
import Testing

@Suite("Reading safetensors")
struct SafetensorsReadingTests {
    private let reference = "\(Goldens.folder)/reference.safetensors"

    @Test("what the reference library wrote is read, every type of it")
    func referenceFile() throws {
        let file = try SafetensorsFile(reference)
        #expect(file.metadata == ["format": "pt"])
        #expect(file.names.count == 14)
        #expect(file.names == file.names.sorted())
        for (name, dtype) in [
            ("float16", DType.float16), ("bfloat16", .bfloat16), ("float64", .float64), ("z.float32", .float32),
        ] {
            let tensor = try file.tensor(name)
            #expect(tensor.dtype == dtype)
            #expect(try (tensor.to(.float32) - Tensor.ramp(tensor.shape)).maxAbs() < 1e-2)
        }
        #expect(try file.tensor("z.float32").floats() == Tensor.ramp([2, 3]).floats())
        #expect(try file.tensor("int64").ints() == [1, -2, 1 << 40])
        #expect(try file.tensor("int32").ints() == [7])
        #expect(try file.tensor("int32").shape == [1, 1])
        #expect(try file.tensor("int16").ints() == [-300, 300])
        #expect(try file.tensor("int8").ints() == [-128])
        #expect(try file.tensor("uint8").ints() == [0, 255])
        #expect(try file.tensor("bool").bools() == [true, false, true])
        #expect(try file.tensor("scalar").item() == 2.5)
        #expect(try file.tensor("empty").shape == [0, 4])
        #expect(try file.tensor("“Größe”\t\\\"/\u{7F}\u{1}").floats() == Tensor.ramp([2]).floats())
        #expect(file.info("bfloat16")?.dtype == .bfloat16)
        #expect(file.info("bfloat16")?.shape == [3])
        #expect(file.info("nothing") == nil)
        #expect(file.contains("bool") && !file.contains("nothing"))
    }

    @Test("a tensor is converted where another type is asked for")
    func conversion() throws {
        let file = try SafetensorsFile(reference)
        let tensor = try file.tensor("bfloat16", as: .float32)
        #expect(tensor.dtype == .float32)
        #expect(try tensor.floats() == file.tensor("bfloat16").floats())
    }

    @Test("a tensor outlives its file, and a change to it stays in the process")
    func privateMemory() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("a.safetensors")
        try FileManager.default.copyItem(atPath: reference, toPath: path)
        var file: SafetensorsFile? = try SafetensorsFile(path)
        let tensor = try #require(try file?.tensor("z.float32"))
        let other = try #require(try file?.tensor("a.float32"))
        file = nil
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.copyItem(atPath: reference, toPath: path)
        try tensor.fill_(7)
        #expect(try tensor.floats() == [Float](repeating: 7, count: 6))
        #expect(try other.floats() == Tensor.ramp([1]).floats())
        #expect(try SafetensorsFile(path).tensor("z.float32").floats() == Tensor.ramp([2, 3]).floats())
    }

    @Test("a tensor that the file doesn't align is read all the same")
    func unaligned() throws {
        let folder = try TemporaryFolder()
        let header =
            #"{"b":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"#
            + #""f":{"dtype":"F32","shape":[2],"data_offsets":[1,9]}}"#
        let data = withUnsafeBytes(of: (Float(1.5), Float(-2))) { [9] + Array($0) }
        let file = try SafetensorsFile(folder.write(SafetensorsImage(header: header, data: data)))
        #expect(try file.tensor("f").floats() == [1.5, -2])
        #expect(try file.tensor("b").ints() == [9])
    }

    @Test("a misspelt name is answered with the nearest one")
    func missingTensor() throws {
        let file = try SafetensorsFile(reference)
        let error = #expect(throws: SafetensorsError.self) { try file.tensor("z.flaot32") }
        #expect(
            error?.description
                == "\(reference): there is no tensor `z.flaot32`; help: a tensor with a similar name exists: `z.float32`"
        )
    }

    @Test("files that can't be read are named with the system's reason")
    func unreadableFiles() throws {
        func message(_ path: String) -> String? {
            #expect(throws: SafetensorsError.self) { try SafetensorsFile(path) }?.description
        }
        #expect(
            message("/nowhere/a.safetensors") == "/nowhere/a.safetensors: can't be opened: No such file or directory")
        #expect(message("/tmp") == "/tmp: is not a file")
    }

    @Test("one tensor of a file of 10 GB is read without reading the rest")
    func hugeFile() async {
        await #expect(processExitsWith: .success) {
            let folder = try TemporaryFolder()
            let path = folder.path("huge.safetensors")
            let count = 10 << 30
            // Nothing but holes between the header and the last tensor, so the file takes no space.
            let header =
                #"{"big":{"dtype":"F32","shape":[\#(count / 4)],"data_offsets":[0,\#(count)]},"#
                + #""small":{"dtype":"F32","shape":[3],"data_offsets":[\#(count),\#(count + 12)]}}"#
            let image = SafetensorsImage(header: header, data: [])
            try Data(image.bytes).write(to: URL(filePath: path))
            let handle = try FileHandle(forWritingTo: URL(filePath: path))
            try handle.seek(toOffset: UInt64(image.bytes.count + count))
            try handle.write(contentsOf: withUnsafeBytes(of: (Float(1), Float(2), Float(3))) { Data($0) })
            try handle.close()
            // Loads LibTorch before measuring.
            _ = try Tensor.zeros([1])

            let memory = try residentBytes()
            let clock = ContinuousClock()
            let time = try clock.measure {
                let file = try SafetensorsFile(path)
                #expect(try file.tensor("small").floats() == [1, 2, 3])
                let big = try file.tensor("big")
                #expect(big.count == count / 4)
                #expect(try big.narrowed(dim: 0, start: count / 8, length: 4).isAllZero())
            }
            #expect(try residentBytes() - memory < 16 << 20)
            #expect(time < .seconds(1))
        }
    }
}

/// How much memory this process has in use.
private func residentBytes() throws -> Int {
    let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
    return try #require(Int(text.split(separator: " ")[1])) * Int(getpagesize())
}
