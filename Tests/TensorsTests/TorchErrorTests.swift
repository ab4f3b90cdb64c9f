import Foundation
import Tensors
import Testing

@testable import Tensors

@Suite("Errors of LibTorch")
struct TorchErrorTests {
    /// Expects the body to fail in the operation with a message that holds `text`.
    private func expectFailure(
        _ operation: String, _ text: String, sourceLocation: SourceLocation = #_sourceLocation,
        _ body: () throws -> Void
    ) {
        do {
            try body()
            Issue.record("nothing failed", sourceLocation: sourceLocation)
        } catch TorchError.failed(let failed, let message) {
            #expect(failed == operation, sourceLocation: sourceLocation)
            #expect(message.contains(text), "\(message)", sourceLocation: sourceLocation)
            #expect(!message.contains("Exception raised from"), "a backtrace", sourceLocation: sourceLocation)
        } catch {
            Issue.record(error, sourceLocation: sourceLocation)
        }
    }

    @Test("an operation's error names it and carries LibTorch's message")
    func messages() throws {
        let a = try Tensor.zeros([2, 3])
        let b = try Tensor.zeros([4, 5])
        expectFailure("matmul(_:)", "mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)") { _ = try a.matmul(b) }
        expectFailure("+(_:_:)", "must match the size of tensor b") { _ = try a + b }
        expectFailure("reshaped(_:)", "invalid for input of size 6") { _ = try a.reshaped([5]) }
        expectFailure("narrowed(dim:start:length:)", "exceeds dimension size") {
            _ = try a.narrowed(dim: 0, start: 1, length: 2)
        }
        expectFailure("embedding(_:weight:)", "index out of range") { _ = try NN.embedding(Tensor([0, 9]), weight: a) }
        expectFailure("crossEntropy(_:_:ignoreIndex:reduction:labelSmoothing:weight:)", "Target 3 is out of bounds") {
            _ = try NN.crossEntropy(a, Tensor([0, 3]))
        }
        expectFailure("zeros(_:dtype:device:)", "negative dimension -1") { _ = try Tensor.zeros([-1]) }
        expectFailure("concatenated(_:dim:)", "non-empty list") { _ = try Tensor.concatenated([], dim: 0) }
        expectFailure("split(sizes:dim:)", "sum exactly to 3") { _ = try a.split(sizes: [1, 1], dim: 1) }
        expectFailure("item()", "2 elements") { _ = try Tensor([1, 2]).item() }
        expectFailure("mean(dims:keepDim:)", "dtype") { _ = try Tensor([1, 2]).mean() }
    }

    @Test("a request for more memory than there is fails as an error")
    func memory() throws {
        expectFailure("empty(_:dtype:device:)", "memory") { _ = try Tensor.empty([1 << 45]) }
        expectFailure("empty(_:dtype:device:)", "overflow") { _ = try Tensor.empty([1 << 40, 1 << 40]) }
    }

    @Test("bytes must be as many as the shape needs")
    func bytes() throws {
        expectFailure("init(_:shape:)", "takes 24 bytes, not 8") { _ = try Tensor([1.0, 2], shape: [2, 3]) }
        expectFailure("init(_:shape:)", "negative size") { _ = try Tensor([1.0, 2], shape: [-2]) }
        expectFailure("init(_:shape:)", "too large") { _ = try Tensor([1.0], shape: [1 << 40, 1 << 40]) }
    }

    @Test("the weights of an LSTM are checked")
    func lstm() throws {
        let x = try Tensor.zeros([1, 2, 3])
        let weights = try [[8, 3], [8, 2], [8], [8]].map { try Tensor.zeros($0) }
        let operation = "lstm(_:weights:hiddenSize:layers:bidirectional:dropout:training:)"
        func lstm(_ x: Tensor, _ weights: [Tensor], layers: Int = 1) throws {
            _ = try NN.lstm(x, weights: weights, hiddenSize: 2, layers: layers, bidirectional: false, training: false)
        }
        try lstm(x, weights)
        expectFailure(operation, "4 weights; expected 4 for each of 2 layers") { try lstm(x, weights, layers: 2) }
        expectFailure(operation, "weight 0 has shape [8, 3]; expected [8, 5]") {
            try lstm(Tensor.zeros([1, 2, 5]), weights)
        }
        expectFailure(operation, "expected (batch, length, width)") { try lstm(Tensor.zeros([2, 3]), weights) }
    }

    @Test("gradients are refused where there can be none")
    func gradients() throws {
        let leaf = try Tensor([1.0, 2])
        expectFailure("backward()", "does not require grad") { try leaf.sum().backward() }
        expectFailure("setRequiresGradient(_:)", "floating point") { try Tensor([1]).setRequiresGradient(true) }
        try leaf.setRequiresGradient(true)
        expectFailure("backward()", "only for scalar outputs") { try (leaf * 2).backward() }
        expectFailure("setGradient(_:)", "the gradient is Float [3]") { try leaf.setGradient(Tensor.zeros([3])) }
        expectFailure("add_(_:scale:)", "leaf Variable that requires grad") { try leaf.add_(leaf) }
        expectFailure("setRequiresGradient(_:)", "only leaves") { try (leaf * 2).setRequiresGradient(false) }
        let loss = try (leaf * leaf).sum()
        try loss.backward()
        expectFailure("backward()", "backward through the graph a second time") { try loss.backward() }
    }

    @Test("a missing bridge is an error that says where it was looked for and what to do")
    func missingBridge() throws {
        let missing = TorchLibrary.load(path: "/nowhere/libTorchBridge.so", expectedVersion: "2.11.0")
        guard case .failure(let error) = missing else {
            Issue.record("loaded")
            return
        }
        #expect(
            error.description == "LibTorch is not available: there is no /nowhere/libTorchBridge.so "
                + "(libTorchBridge.so belongs beside the program, or where PEFT_PIPELINE_TORCH_BRIDGE says); "
                + "help: run `make setup`, then build again")
    }

    @Test("a file that is no shared library, and one of another version, are refused")
    func wrongBridge() throws {
        guard case .failure(let error) = TorchLibrary.load(path: #filePath, expectedVersion: "2.11.0") else {
            Issue.record("loaded")
            return
        }
        #expect(error.description.contains("invalid ELF header"))

        let path = TorchLibrary.bridgePath(environment: ProcessInfo.processInfo.environment)
        guard case .failure(let error) = TorchLibrary.load(path: path, expectedVersion: "2.12.0") else {
            Issue.record("loaded")
            return
        }
        #expect(error.description.contains("uses LibTorch 2.11.0, and 2.12.0 is needed"))
    }

    @Test("the environment names the bridge before the program's folder does")
    func bridgePath() {
        #expect(TorchLibrary.bridgePath(environment: ["PEFT_PIPELINE_TORCH_BRIDGE": "/there/a.so"]) == "/there/a.so")
        #expect(TorchLibrary.bridgePath(environment: [:]).hasSuffix("/libTorchBridge.so"))
    }
}
