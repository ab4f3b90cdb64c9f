import JSONValues
import Tensors
import Testing

@Suite("Optimizer kernels")
struct OptimizerTests {
    @Test("three clipped steps of AdamW give what LibTorch's Python gives")
    func adamW() throws {
        let golden = try Goldens.read("adamw.json")
        let a = try Tensor(golden: golden["parameters"]["a"])
        let b = try Tensor(golden: golden["parameters"]["b"])
        let parameters = [a, b]
        for parameter in parameters { try parameter.setRequiresGradient(true) }
        let first = try parameters.map { try Tensor.zeros($0.shape) }
        let second = try parameters.map { try Tensor.zeros($0.shape) }
        for (step, expected) in try #require(golden["steps"].arrayValue).enumerated() {
            try a.setGradient(.ramp([2, 3], scale: 0.2 * Float(step + 1)))
            try b.setGradient(.ramp([4], shift: Float(step)))
            let norm = try Gradients.clip(parameters, maxNorm: 1)
            #expect(abs(norm - (expected["norm"].doubleValue ?? .nan)) < 1e-5)
            try AdamW.step(
                parameters: parameters, gradients: parameters.map { try #require(try $0.gradient()) },
                firstMoments: first, secondMoments: second, step: step + 1, learningRate: 0.01, beta1: 0.9,
                beta2: 0.95, eps: 1e-6, weightDecay: 0.1)
            try expect(a, isNear: expected["parameters"]["a"], tolerance: 1e-6)
            try expect(b, isNear: expected["parameters"]["b"], tolerance: 1e-6)
        }
    }

    @Test("a transposed gradient is applied element by element")
    func transposedGradient() throws {
        let gradient = try Tensor.ramp([3, 2]).transposed()
        let parameters = try [Tensor.zeros([2, 3]), Tensor.zeros([2, 3])]
        for (parameter, gradient) in zip(parameters, try [gradient, gradient.contiguous()]) {
            try AdamW.step(
                parameters: [parameter], gradients: [gradient], firstMoments: [Tensor.zeros([2, 3])],
                secondMoments: [Tensor.zeros([2, 3])], step: 1, learningRate: 0.1)
        }
        #expect(try parameters[0].floats() == parameters[1].floats())
        #expect(try parameters[0].maxAbs() > 0)
    }

    @Test("tensors that don't go together are refused before anything changes")
    func refusal() throws {
        let parameters = try [Tensor.ones([2]), Tensor.ones([3])]
        let zeros = try parameters.map { try Tensor.zeros($0.shape) }
        func step(_ gradients: [Tensor], parameters: [Tensor], step: Int = 1) throws {
            try AdamW.step(
                parameters: parameters, gradients: gradients, firstMoments: zeros, secondMoments: zeros, step: step,
                learningRate: 0.1)
        }
        let wrongShape = try [Tensor.ones([2]), Tensor.ones([2])]
        #expect(throws: TorchError.self) { try step(wrongShape, parameters: parameters) }
        #expect(throws: TorchError.self) { try step([wrongShape[0]], parameters: parameters) }
        #expect(throws: TorchError.self) { try step(zeros, parameters: parameters, step: 0) }
        let wrongType = try [Tensor.ones([2]), Tensor.ones([3], dtype: .bfloat16)]
        #expect(throws: TorchError.self) { try step(wrongType, parameters: parameters) }
        #expect(try parameters[0].floats() == [1, 1])
    }

    @Test("parameters of several types are stepped together")
    func mixedTypes() throws {
        let parameters = try [Tensor.ones([2]), Tensor.ones([2], dtype: .bfloat16)]
        try AdamW.step(
            parameters: parameters, gradients: parameters.map { try $0.copy() },
            firstMoments: parameters.map { try Tensor.zeros([2], dtype: $0.dtype) },
            secondMoments: parameters.map { try Tensor.zeros([2], dtype: $0.dtype) }, step: 1, learningRate: 0.5,
            weightDecay: 0)
        for parameter in parameters { #expect(try (parameter - 0.5).maxAbs() < 1e-6) }
    }

    @Test("clipping leaves small gradients alone and skips parameters without one")
    func clipping() throws {
        let small = try Tensor([0.0, 0])
        try small.setGradient(Tensor([0.3, 0.4]))
        #expect(abs(try Gradients.clip([small, Tensor([1.0])], maxNorm: 1) - 0.5) < 1e-6)
        #expect(try small.gradient()?.floats() == [0.3, 0.4])
        #expect(try Gradients.clip([], maxNorm: 1) == 0)
        try small.setGradient(Tensor([Float.nan, 1]))
        #expect(try Gradients.clip([small], maxNorm: 1).isNaN)
    }
}
