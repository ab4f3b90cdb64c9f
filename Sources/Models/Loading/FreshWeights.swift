import Foundation
import Tensors

/// The first values of a model that is trained from nothing, as GPT-2 began (Radford et al. 2019, section 2.3): matrices
/// from N(0, deviation²), those that write into the residual by √(2 · layers) smaller, gains 1 and biases 0.
struct FreshWeights {
    let generator: RandomGenerator
    let deviation: Double
    let layerCount: Int

    func value(_ name: String, shape: [Int], role: Parameter.Role) throws -> Tensor {
        if name.hasSuffix(".bias") { return try Tensor.zeros(shape) }
        if role == .norm { return try Tensor.ones(shape) }
        let writesResidual = ["c_proj.weight", "o_proj.weight", "down_proj.weight"].contains { name.hasSuffix($0) }
        let scale = writesResidual ? 1 / Double(2 * layerCount).squareRoot() : 1
        return try Tensor.normal(shape, mean: 0, standardDeviation: deviation * scale, generator: generator)
    }
}
