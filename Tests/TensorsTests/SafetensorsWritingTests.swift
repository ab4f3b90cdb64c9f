import Foundation
import Tensors
import Testing

@Suite("Writing safetensors")
struct SafetensorsWritingTests {
    @Test("the bytes are those that the reference library writes")
    func referenceBytes() throws {
        let reference = "\(Goldens.folder)/reference.safetensors"
        let source = try SafetensorsFile(reference)
        let tensors = try Dictionary(uniqueKeysWithValues: source.names.map { ($0, try source.tensor($0)) })
        let folder = try TemporaryFolder()
        try Safetensors.write(tensors, to: folder.path("a.safetensors"))
        #expect(
            try Data(contentsOf: URL(filePath: folder.path("a.safetensors")))
                == Data(contentsOf: URL(filePath: reference)))
    }

    @Test("views and parameters are written as what they show")
    func views() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("a.safetensors")
        let parameter = try Tensor([1, 2, 3, 4, 5, 6].map(Float.init), shape: [2, 3])
        try parameter.setRequiresGradient(true)
        try Safetensors.write(
            ["t": parameter.transposed(), "p": parameter, "part": parameter.narrowed(dim: 1, start: 1, length: 1)],
            metadata: [:], to: path)
        let file = try SafetensorsFile(path)
        #expect(file.metadata == [:])
        #expect(try file.tensor("t").floats() == [1, 4, 2, 5, 3, 6])
        #expect(try file.tensor("p").floats() == [1, 2, 3, 4, 5, 6])
        #expect(try file.tensor("part").shape == [2, 1])
        #expect(try file.tensor("part").floats() == [2, 5])
    }

    @Test("plain numbers are written and read without tensors")
    func arrays() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("a.safetensors")
        let ids = withUnsafeBytes(of: (Int32(-1), Int32(7))) { Array($0) }
        let arrays = ["ids": SafetensorsArray(dtype: .int32, shape: [2, 1], bytes: ids)]
        try Safetensors.write(arrays: arrays, to: path)
        let file = try SafetensorsFile(path)
        #expect(try file.withBytes(of: "ids") { Array($0) } == ids)
        #expect(try file.tensor("ids").ints() == [-1, 7])
        #expect(throws: SafetensorsError.self) { try file.withBytes(of: "id") { _ in } }

        try Safetensors.write(["ids": file.tensor("ids")], metadata: [:], to: folder.path("b.safetensors"))
        #expect(
            try Data(contentsOf: URL(filePath: path)) == Data(contentsOf: URL(filePath: folder.path("b.safetensors"))))
    }

    @Test("plain numbers that don't fill their shape are refused, all at once")
    func wrongArrays() throws {
        let arrays = [
            "a": SafetensorsArray(dtype: .int32, shape: [2], bytes: [1]),
            "b": SafetensorsArray(dtype: .int64, shape: [.max, 2], bytes: []),
            "c": SafetensorsArray(dtype: .int8, shape: [-1, -1], bytes: [1]),
            "d": SafetensorsArray(dtype: .int8, shape: [1], bytes: [1]),
        ]
        let error = #expect(throws: SafetensorsError.self) {
            try Safetensors.write(arrays: arrays, to: "/nowhere/a.safetensors")
        }
        #expect(error?.problems.map(\.tensor) == ["a", "b", "c"])
        #expect(error?.problems.first?.message == "1 bytes are given; I32 [2] has 8")
    }

    @Test("a file of no tensors, and any metadata, can be read again")
    func metadata() throws {
        let folder = try TemporaryFolder()
        let metadata = ["format": "pt", "why": "\"quoted\"\n\u{1}é"]
        try Safetensors.write([:], metadata: metadata, to: folder.path("a.safetensors"))
        let file = try SafetensorsFile(folder.path("a.safetensors"))
        #expect(file.metadata == metadata)
        #expect(file.names == [])
    }

    @Test("a file is replaced whole, also while it is being read")
    func replacement() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("a.safetensors")
        try Safetensors.write(["a": Tensor.ones([3])], to: path)
        let before = try SafetensorsFile(path).tensor("a")
        try Safetensors.write(["a": Tensor.zeros([1000])], to: path)
        #expect(try before.floats() == [1, 1, 1])
        #expect(try SafetensorsFile(path).tensor("a").count == 1000)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.safetensors"])
    }

    @Test("what can't be written is an error, and nothing is left behind")
    func failures() throws {
        let folder = try TemporaryFolder()
        let tensors = try ["a": Tensor.ones([3])]
        let missing = folder.path("nowhere/a.safetensors")
        let error = #expect(throws: SafetensorsError.self) { try Safetensors.write(tensors, to: missing) }
        #expect(error?.description == "\(missing): can't be written: No such file or directory")

        // The name is taken by a folder: the last step, the renaming, fails.
        try FileManager.default.createDirectory(atPath: folder.path("taken"), withIntermediateDirectories: false)
        let taken = #expect(throws: SafetensorsError.self) {
            try Safetensors.write(tensors, to: folder.path("taken"))
        }
        #expect(taken?.description.contains("can't be written: Is a directory") == true)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["taken"])

        let reserved = #expect(throws: SafetensorsError.self) {
            try Safetensors.write(["__metadata__": Tensor.ones([1])], to: folder.path("b"))
        }
        #expect(reserved?.description.contains("a tensor can't be named `__metadata__`") == true)
    }

    @Test("a write that the system cuts off, as on a full disk, is an error, and the old file stays")
    func cutOff() async {
        await #expect(processExitsWith: .success) {
            let folder = try TemporaryFolder()
            let path = folder.path("a.safetensors")
            try Safetensors.write(["a": Tensor.ones([3])], to: path)
            signal(SIGXFSZ, SIG_IGN)
            var limit = rlimit(rlim_cur: 1000, rlim_max: 1000)
            setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
            let error = #expect(throws: SafetensorsError.self) {
                try Safetensors.write(["a": Tensor.ones([3000])], to: path)
            }
            #expect(error?.description == "\(path): can't be written: File too large")
            #expect(try SafetensorsFile(path).tensor("a").floats() == [1, 1, 1])
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.safetensors"])
        }
    }
}
