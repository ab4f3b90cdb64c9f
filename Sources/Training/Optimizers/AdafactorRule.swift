import Foundation
import Tensors

/// Adafactor (Shazeer and Stern 2018, arXiv:1804.04235) as transformers' Trainer runs it: at the learning rate that is
/// said, without first moments. Of a matrix it keeps a row and a column of second moments.
struct AdafactorRule: UpdateRule {
    private static let row = "row_moment"
    private static let column = "column_moment"
    /// Added to squared gradients.
    private static let epsilon = 1e-30
    /// How the weight of earlier steps grows: 1 - step^rate.
    private static let decayRate = -0.8
    /// The largest root mean square of an update.
    private static let threshold = 1.0

    func stateShapes(for shape: [Int]) -> [String: [Int]] {
        guard shape.count >= 2 else { return [Self.secondMoment: shape] }
        return [Self.row: shape.dropLast(), Self.column: shape.dropLast(2) + shape.suffix(1)]
    }

    func apply(_ updates: [Update], step: Int, learningRate: Double, weightDecay: Double) throws {
        let beta = 1 - pow(Double(step), Self.decayRate)
        for update in updates {
            let (parameter, gradient) = (update.parameter, update.gradient)
            let square = try gradient * gradient + Self.epsilon
            func mean(_ name: String, _ value: Tensor) throws -> Tensor {
                let moment = try update.state(name)
                try moment.multiply_(beta)
                try moment.add_(value, scale: 1 - beta)
                return moment
            }
            var change: Tensor
            if parameter.rank >= 2 {
                let row = try mean(Self.row, square.mean(dims: [-1]))
                let column = try mean(Self.column, square.mean(dims: [-2]))
                let rowFactor = try (row / row.mean(dims: [-1], keepDim: true)).rsqrt().unsqueezed(-1)
                change = try rowFactor * column.rsqrt().unsqueezed(-2) * gradient
            } else {
                change = try mean(Self.secondMoment, square).rsqrt() * gradient
            }
            let size = try change.norm() / Double(max(change.count, 1)).squareRoot()
            change = try change / max(1, size / Self.threshold)
            if weightDecay > 0 { try parameter.multiply_(1 - learningRate * weightDecay) }
            try parameter.add_(change, scale: -learningRate)
        }
    }
}
