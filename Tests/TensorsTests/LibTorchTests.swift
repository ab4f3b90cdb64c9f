import Tensors
import Testing

@Suite("LibTorch")
struct LibTorchTests {
    @Test("the version is the one this package is written for")
    func version() throws {
        #expect(try LibTorch.version() == LibTorch.expectedVersion)
    }

    @Test("the thread count can be set, and not to nothing")
    func threadCount() async {
        await #expect(processExitsWith: .success) {
            try LibTorch.setThreadCount(3)
            #expect(try LibTorch.threadCount() == 3)
            try LibTorch.setThreadCount(1)
            #expect(try LibTorch.threadCount() == 1)
            #expect(throws: TorchError.self) { try LibTorch.setThreadCount(0) }
        }
    }

    @Test("training steps, and errors among them, leave no tensor behind")
    func noLeak() async {
        await #expect(processExitsWith: .success) {
            let weight = try Tensor.normal([8, 4], standardDeviation: 0.1)
            let table = try Tensor.normal([10, 4])
            let moments = try (0..<4).map { _ in try Tensor.zeros([8, 4]) }
            try weight.setRequiresGradient(true)
            func step(_ number: Int) throws {
                let x = try NN.embedding(Tensor([1, 2, 3]), weight: table)
                let logits = try NN.dropout(NN.linear(x, weight: weight), probability: 0.1, training: true)
                _ = try logits.max(dim: 1)
                _ = try logits.split(sizes: [1, 2], dim: 0)
                #expect(throws: TorchError.self) { try x.matmul(x) }
                #expect(throws: TorchError.self) { try x.split(sizes: [9], dim: 0) }
                try NN.crossEntropy(logits, Tensor([0, 1, 2])).backward()
                try Gradients.clip([weight], maxNorm: 1)
                let gradient = try #require(try weight.gradient())
                try AdamW.step(
                    parameters: [weight], gradients: [gradient], firstMoments: [moments[0]],
                    secondMoments: [moments[1]], step: number, learningRate: 0.01)
                try weight.clearGradient()
            }
            let before = try LibTorch.liveTensorCount()
            #expect(before == 6)
            for number in 1...50 { try step(number) }
            #expect(try LibTorch.liveTensorCount() == before)
        }
    }
}

@Suite("Devices")
struct DeviceTests {
    @Test("names are read")
    func names() throws {
        #expect(try Device(parsing: "cpu") == .cpu)
        #expect(Device.cpu.description == "cpu")
        #expect(Device.cuda(2).description == "cuda:2")
        #expect(Device.cuda() != .cpu)
        #expect(try Device(parsing: "auto") == (LibTorch.isCUDAAvailable() ? .cuda() : .cpu))
    }

    @Test("other names are refused with those that are known", arguments: ["gpu", "", "cuda:", "cuda:x", "cuda:-1"])
    func unknownNames(name: String) {
        #expect(throws: DeviceError.unknown(name)) { try Device(parsing: name) }
        #expect(DeviceError.unknown(name).description.contains("known are cpu, cuda, cuda:INDEX and auto"))
    }

    @Test("a device that isn't there is refused")
    func absentDevice() throws {
        let count = try LibTorch.cudaDeviceCount()
        #expect(throws: DeviceError.absent("cuda:\(count)", cudaDeviceCount: count)) {
            try Device(parsing: "cuda:\(count)")
        }
        #expect(DeviceError.absent("cuda", cudaDeviceCount: 0).description.contains("make setup DEVICE=cuda"))
    }
}
