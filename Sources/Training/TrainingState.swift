/// How far training is: all that a checkpoint holds besides tensors.
struct TrainingState: Codable, Equatable {
    /// Steps done.
    var step = 0
    /// The mean loss of each step done.
    var losses: [Double] = []
    /// The evaluation of each epoch done.
    var evaluations: [Evaluation] = []
    /// The epoch with the best evaluation, counted from 1.
    var bestEpoch: Int?
    /// The last epoch whose parameters were kept for their mean, counted from 1.
    var keptEpoch: Int?

    /// Notes an epoch's evaluation.
    ///
    /// - Returns: whether it is the best so far: see ``Evaluation/isBetter(than:)``.
    mutating func record(_ evaluation: Evaluation) -> Bool {
        let best = bestEpoch.map { evaluations[$0 - 1] }
        evaluations.append(evaluation)
        if let best, !evaluation.isBetter(than: best) { return false }
        bestEpoch = evaluations.count
        return true
    }
}
