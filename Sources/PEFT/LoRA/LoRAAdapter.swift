import Models
import Tensors

/// The adapter of one module, of a linear layer or of a table.
protocol LoRAAdapter: ModuleAdapter {
    var factors: LoRAFactors { get }
    /// What the adapter stands on.
    var module: AdaptableModule { get }
}

extension LoRAAdapter {
    /// m / ‖W + s B A‖, (outputs); nil without DoRA.
    ///
    /// - Parameter weight: (outputs, inputs)
    func magnitudeScale(_ weight: Tensor) throws -> Tensor? {
        try factors.magnitude.map { try $0.value / factors.norms(weight) }
    }

    /// (W + s B A) · m / ‖W + s B A‖, and the last factor, (outputs, 1), by which unmerging divides.
    func mergedWeight(_ weight: Tensor) throws -> (weight: Tensor, scale: Tensor?) {
        try withoutGradients {
            let sum = try weight.to(.float32) + factors.change()
            guard let scale = try magnitudeScale(weight)?.unsqueezed(1) else { return (sum, nil) }
            return (try sum * scale, scale)
        }
    }

    func unmergedWeight(_ merged: Tensor, scale: Tensor?) throws -> Tensor {
        try withoutGradients {
            let sum = try scale.map { try merged / $0 } ?? merged
            return try sum - factors.change()
        }
    }
}
