import Models
import Tensors

/// The tensors of one adapter, with PEFT's names and shapes.
struct LoRAFactors {
    /// What the tensors of a module's adapter look like.
    struct Shape {
        let module: AdaptableModule
        let r: Int
        /// s
        let scale: Double
        let hasMagnitude: Bool
        let hasBias: Bool

        init(_ module: AdaptableModule, r: Int, scale: Double, hasMagnitude: Bool, hasBias: Bool) {
            self.module = module
            self.r = r
            self.scale = scale
            self.hasMagnitude = hasMagnitude
            // Tables have none.
            if case .linear = module { self.hasBias = hasBias } else { self.hasBias = false }
        }

        /// What A takes: a layer's inputs, or a table's entries.
        var inputs: Int {
            switch module {
            case .linear(let layer): layer.inputSize
            case .embedding(let table): table.weight.shape[0]
            }
        }

        /// What B gives: a layer's outputs, or a table's width.
        var outputs: Int {
            switch module {
            case .linear(let layer): layer.outputSize
            case .embedding(let table): table.weight.shape[1]
            }
        }

        var aName: String { module.isEmbedding ? "\(module.name).lora_embedding_A" : "\(module.name).lora_A.weight" }
        var bName: String { module.isEmbedding ? "\(module.name).lora_embedding_B" : "\(module.name).lora_B.weight" }
    }

    /// A, (r, inputs)
    let a: Parameter
    /// B, (outputs, r)
    let b: Parameter
    /// DoRA's m, (outputs)
    let magnitude: Parameter?
    /// What is added behind B, (outputs)
    let bias: Parameter?
    /// s
    let scale: Double

    /// - Parameter value: the values of a name and a shape.
    init(_ shape: Shape, value: (_ name: String, _ shape: [Int]) throws -> Tensor) throws {
        let device = shape.module.weight.value.device
        func parameter(_ name: String, _ dimensions: [Int], _ role: Parameter.Role = .weight) throws -> Parameter {
            Parameter(name: name, role: role, value: try value(name, dimensions).to(device))
        }
        scale = shape.scale
        a = try parameter(shape.aName, [shape.r, shape.inputs])
        b = try parameter(shape.bName, [shape.outputs, shape.r])
        magnitude =
            shape.hasMagnitude ? try parameter("\(shape.module.name).lora_magnitude_vector", [shape.outputs]) : nil
        bias = shape.hasBias ? try parameter("\(shape.module.name).lora_B.bias", [shape.outputs], .bias) : nil
    }

    var parameters: [Parameter] { [a, b] + [bias, magnitude].compactMap { $0 } }

    /// s B A, (outputs, inputs), in float32.
    func change() throws -> Tensor { try b.value.to(.float32).matmul(a.value.to(.float32)) * scale }

    /// ‖W + s B A‖ of each output, (outputs). It is a constant to the gradient (DoRA, section 4.3).
    ///
    /// - Parameter weight: (outputs, inputs)
    func norms(_ weight: Tensor) throws -> Tensor {
        try withoutGradients {
            let sum = try weight.to(.float32) + change()
            return try (sum * sum).sum(dims: [1]).sqrt()
        }
    }
}

extension AdaptableModule {
    var isEmbedding: Bool { if case .embedding = self { true } else { false } }
}

extension LoRA {
    /// What training begins with.
    func firstValues(_ shape: LoRAFactors.Shape, generator: RandomGenerator) throws -> LoRAFactors {
        // PyTorch's kaiming_uniform_(a = √5) comes to U(±1/√inputs).
        func uniform(_ dimensions: [Int]) throws -> Tensor {
            let bound = 1 / Double(dimensions[1]).squareRoot()
            return try Tensor.uniform(dimensions, low: -bound, high: bound, generator: generator)
        }
        func normal(_ dimensions: [Int], deviation: Double) throws -> Tensor {
            try Tensor.normal(dimensions, mean: 0, standardDeviation: deviation, generator: generator)
        }
        let isEmbedding = shape.module.isEmbedding
        let principal = initLoRAWeights.changesBase ? try principalValues(shape) : nil
        let factors = try LoRAFactors(shape) { name, dimensions in
            switch name {
            case shape.aName where principal != nil: try principal?.a ?? Tensor.zeros(dimensions)
            case shape.bName where principal != nil: try principal?.b ?? Tensor.zeros(dimensions)
            // Of a table it is A that begins with zeros.
            case shape.aName where isEmbedding:
                initLoRAWeights == .random ? try normal(dimensions, deviation: 1) : try Tensor.zeros(dimensions)
            case shape.bName where isEmbedding: try normal(dimensions, deviation: 1)
            case shape.aName:
                initLoRAWeights == .gaussian
                    ? try normal(dimensions, deviation: 1 / Double(shape.r)) : try uniform(dimensions)
            case shape.bName where initLoRAWeights == .random: try uniform(dimensions)
            default: try Tensor.zeros(dimensions)
            }
        }
        if let magnitude = factors.magnitude {
            let weight = try shape.module.weight.dense()
            magnitude.value = try factors.norms(isEmbedding ? try weight.transposed() : weight).copy()
        }
        return factors
    }
}
