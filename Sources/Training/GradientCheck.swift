import Models
import Tensors

/// Finds parameters that don't learn: a mistake in a method or a model shows here, not as a bad score after hours.
enum GradientCheck {
    /// - Throws: ``TrainingError`` that names each parameter with an infinite gradient, or one that is not a number.
    static func requireFinite(_ gradients: [Tensor], of parameters: [Parameter], step: Int) throws {
        let names = try zip(parameters, gradients).filter { try !$1.isFinite() }.map { $0.0.name }
        guard !names.isEmpty else { return }
        throw TrainingError(
            ["at step \(step) the gradient is infinite or not a number for \(list(names))"],
            help: "lower learning_rate, or warm up over more steps")
    }

    /// - Throws: ``TrainingError`` that names each parameter whose gradient is zero everywhere.
    static func requireNonzero(_ gradients: [Tensor], of parameters: [Parameter], step: Int) throws {
        let names = try zip(parameters, gradients).filter { try $1.isAllZero() }.map { $0.0.name }
        guard !names.isEmpty else { return }
        throw TrainingError(
            ["at step \(step) the gradient is zero everywhere for \(list(names)): nothing would be learnt there"],
            help: "check that what the method adds takes part in the model's output")
    }

    private static func list(_ names: [String]) -> String {
        let shown = names.prefix(8).map { "`\($0)`" }.joined(separator: ", ")
        return names.count <= 8 ? shown : "\(shown) and \(names.count - 8) more"
    }
}
