import Models
package import Tensors

/// What a student learns from a teacher besides the rows' classes (Hinton, Vinyals and Dean 2015, arXiv:1503.02531).
///
/// The loss is (1 - w) · CE(y, s) + w · T² · KL(softmax(t / T) ‖ softmax(s / T)), each the mean over a step's rows, with the
/// student's logits s and the teacher's t. By T² the second part's gradients stay of one size at any temperature.
package struct Distillation: Sendable, Hashable {
    /// The teacher's logits of each training example, in their order: one for each class.
    package var logits: [[Float]]
    /// T
    package var temperature: Double
    /// w
    package var weight: Double

    package init(logits: [[Float]], temperature: Double = 2, weight: Double = 0.5) {
        self.logits = logits
        self.temperature = temperature
        self.weight = weight
    }

    /// The sum of the rows' divergences KL(softmax(t / T) ‖ softmax(s / T)), a scalar.
    ///
    /// - Parameters:
    ///   - student: s, (rows, classes).
    ///   - teacher: t, of the same shape.
    package static func divergence(of student: Tensor, from teacher: Tensor, temperature: Double) throws -> Tensor {
        let expected = try withoutGradients { try (teacher.to(.float32) / temperature).logSoftmax(dim: 1) }
        let said = try (student.to(.float32) / temperature).logSoftmax(dim: 1)
        return try (expected.exp() * (expected - said)).sum()
    }

    /// The loss of some rows, a scalar.
    ///
    /// - Parameters:
    ///   - crossEntropy: the sum of the rows' losses by their classes.
    ///   - rows: the rows' numbers.
    ///   - factor: what a row's divergence counts beside a cross-entropy: their means are over other numbers where
    ///     classes have weights.
    func loss(crossEntropy: Tensor, logits: Tensor, rows: [Int], factor: Double) throws -> Tensor {
        let teacher = try Tensor(rows.flatMap { self.logits[$0] }, shape: logits.shape).to(logits.device)
        let divergence = try Self.divergence(of: logits, from: teacher, temperature: temperature)
        return try crossEntropy * (1 - weight) + divergence * (weight * temperature * temperature * factor)
    }

    /// What is wrong with it for a training, each in one sentence.
    func problems(for loss: TaskLoss, examples: Int, classes: Int) -> [String] {
        var problems: [String] = []
        if loss.task != .sequenceClassification || loss.problemType != .singleLabel {
            problems.append("a teacher's logits are for rows of which each has one class")
        }
        if logits.count != examples {
            problems.append("there are \(examples) training examples, and the teacher's logits of \(logits.count)")
        }
        if let row = logits.firstIndex(where: { $0.count != classes }) {
            problems.append("the teacher gives \(logits[row].count) logits a row; there are \(classes) classes")
        }
        if let row = logits.firstIndex(where: { !$0.allSatisfy(\.isFinite) }) {
            problems.append("the teacher's logits of training example \(row + 1) are not all numbers")
        }
        if !(temperature > 0 && temperature.isFinite) {
            problems.append("distillation_temperature is \(temperature), expected more than 0")
        }
        if !(0...1).contains(weight) { problems.append("distillation_weight is \(weight), expected from 0 to 1") }
        return problems
    }
}
