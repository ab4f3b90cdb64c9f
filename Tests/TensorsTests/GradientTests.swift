import JSONValues
import Tensors
import Testing

@Suite("Automatic differentiation")
struct GradientTests {
    // MARK: Against LibTorch's Python

    /// The parameters of a golden case, which require gradients.
    private func parameters(_ golden: JSONValue) throws -> [String: Tensor] {
        try #require(golden["parameters"].objectValue).mapValues { value in
            let tensor = try Tensor(golden: value)
            try tensor.setRequiresGradient(true)
            return tensor
        }
    }

    private func expectGradients(
        _ name: String, loss: ([String: Tensor]) throws -> Tensor, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let golden = try Goldens.read("gradients.json")[name]
        let parameters = try parameters(golden)
        let loss = try loss(parameters)
        try loss.backward()
        #expect(abs(try loss.item() - (golden["loss"].doubleValue ?? .nan)) < 1e-5, sourceLocation: sourceLocation)
        for (name, parameter) in parameters {
            let gradient = try #require(try parameter.gradient(), "\(name)", sourceLocation: sourceLocation)
            try expect(
                gradient, isNear: golden["gradients"][name], "gradient of \(name)", sourceLocation: sourceLocation)
        }
    }

    private func parameter(_ name: String, in parameters: [String: Tensor]) throws -> Tensor {
        try #require(parameters[name])
    }

    @Test("a transformer's layer with its loss")
    func block() throws {
        try expectGradients("block") { parameters in
            func p(_ name: String) throws -> Tensor { try parameter(name, in: parameters) }
            var x = try NN.embedding(Tensor([1, 2, 6, 0, 5, 5], shape: [2, 3]), weight: p("table"))
            func heads(_ weight: String) throws -> Tensor {
                try NN.linear(x, weight: p(weight)).reshaped([2, 3, 2, 2]).transposed(1, 2)
            }
            let mixed = try NN.attention(heads("wq"), heads("wk"), heads("wv")).transposed(1, 2).reshaped([2, 3, 4])
            x = try NN.layerNorm(x + mixed, normalizedShape: [4], weight: p("gain"), bias: p("bias"))
            x = try x + NN.linear(NN.linear(x, weight: p("up")).gelu(), weight: p("down"))
            let logits = try NN.linear(x.selected(dim: 1, index: 0).tanh(), weight: p("head"))
            return try NN.crossEntropy(logits, Tensor([2, 0]))
        }
    }

    @Test("a low-rank product inside a norm")
    func lowRank() throws {
        try expectGradients("low_rank") { parameters in
            func p(_ name: String) throws -> Tensor { try parameter(name, in: parameters) }
            let merged = try Tensor.ramp([3, 4], shift: 0.1) + 0.5 * p("b").matmul(p("a"))
            let norm = try merged.pow(2).sum(dims: [1], keepDim: true).sqrt()
            let output = try Tensor.ramp([5, 4]).matmul((p("magnitude").unsqueezed(1) * merged / norm).transposed())
            return try NN.meanSquaredError(output, .ramp([5, 3]))
        }
    }

    @Test("a bidirectional LSTM of two layers")
    func recurrent() throws {
        try expectGradients("recurrent") { parameters in
            let weights = try ["00", "01", "10", "11"].flatMap { place in
                try ["wi", "wh", "bi", "bh"].map { try parameter($0 + place, in: parameters) }
            }
            return try NN.lstm(
                parameter("x", in: parameters), weights: weights, hiddenSize: 3, layers: 2, bidirectional: true,
                training: false
            ).pow(2).sum()
        }
    }

    // MARK: State

    private func leaf(_ values: [Float]) throws -> Tensor {
        let tensor = try Tensor(values)
        try tensor.setRequiresGradient(true)
        return tensor
    }

    @Test("gradients add up until they are cleared")
    func accumulation() throws {
        let x = try leaf([1, 2])
        #expect(try x.gradient() == nil)
        try (x * x).sum().backward()
        #expect(try x.gradient()?.floats() == [2, 4])
        try (x * 3).sum().backward()
        #expect(try x.gradient()?.floats() == [5, 7])
        try x.clearGradient()
        #expect(try x.gradient() == nil)
        try x.setGradient(Tensor([-1.0, 1]))
        #expect(try x.gradient()?.floats() == [-1, 1])
    }

    @Test("what is recorded, and what is a leaf")
    func recording() throws {
        let x = try leaf([1, 2])
        let y = try x * 2
        #expect(x.requiresGradient && x.isLeaf)
        #expect(y.requiresGradient && !y.isLeaf)
        #expect(try y.gradient() == nil)
        let detached = try y.detached()
        #expect(!detached.requiresGradient && detached.isLeaf)
        try x.setRequiresGradient(false)
        #expect(try !(x * 2).requiresGradient)
    }

    @Test("nothing is recorded inside withoutGradients, at any depth")
    func withoutGradientsNested() throws {
        let x = try leaf([1, 2])
        try withoutGradients {
            #expect(try !(x * 2).requiresGradient)
            let isRecorded = try withoutGradients { try (x * 2).requiresGradient }
            #expect(!isRecorded)
            #expect(try !(x * 2).requiresGradient, "the end of an inner scope is not that of the outer one")
            try x.add_(Tensor([1.0, 1]))
        }
        #expect(try x.floats() == [2, 3])
        #expect(try (x * 2).requiresGradient)
    }

    @Test("recording goes on after an error inside withoutGradients")
    func withoutGradientsError() throws {
        struct Stop: Error {}
        let x = try leaf([1, 2])
        #expect(throws: Stop.self) { try withoutGradients { throw Stop() } }
        #expect(try (x * 2).requiresGradient)
    }

    @Test("a copy in bfloat16 passes gradients back to the float32 parameter")
    func mixedPrecision() throws {
        let x = try leaf([1, 2])
        try (x.to(.bfloat16) * 3).sum().to(.float32).backward()
        let gradient = try #require(try x.gradient())
        #expect(gradient.dtype == .float32)
        #expect(try gradient.floats() == [3, 3])
    }
}
