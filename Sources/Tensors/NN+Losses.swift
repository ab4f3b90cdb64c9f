import CTorch

extension NN {
    /// How the losses of the elements become one.
    package enum Reduction: Sendable {
        /// They stay apart.
        case none
        case mean
        case sum

        var code: ct_reduction {
            switch self {
            case .none: ct_reduction(CT_REDUCE_NONE)
            case .mean: ct_reduction(CT_REDUCE_MEAN)
            case .sum: ct_reduction(CT_REDUCE_SUM)
            }
        }
    }

    /// -log softmax(logits)[target].
    ///
    /// - Parameters:
    ///   - logits: (rows, classes).
    ///   - targets: (rows), whole numbers.
    ///   - ignoreIndex: rows with this target don't count, in the mean either. If no row counts the mean is not a number.
    ///   - labelSmoothing: the part of the target's weight that is spread over all classes (Szegedy et al., arXiv
    ///     1512.00567).
    ///   - weight: (classes), the weight of each class; the mean is then a weighted one.
    package static func crossEntropy(
        _ logits: Tensor, _ targets: Tensor, ignoreIndex: Int = -100, reduction: Reduction = .mean,
        labelSmoothing: Double = 0, weight: Tensor? = nil
    ) throws -> Tensor {
        try logits.library.tensor {
            $0.cross_entropy(
                logits.handle, targets.handle, weight?.handle, reduction.code, ignoreIndex, labelSmoothing)
        }
    }

    /// (x - target)²
    package static func meanSquaredError(
        _ x: Tensor, _ target: Tensor, reduction: Reduction = .mean
    ) throws -> Tensor {
        try x.library.tensor { $0.mean_squared_error(x.handle, target.handle, reduction.code) }
    }

    /// -(t·log σ(x) + (1-t)·log(1-σ(x))): each logit decides for itself between 0 and 1.
    package static func binaryCrossEntropyWithLogits(
        _ logits: Tensor, _ targets: Tensor, reduction: Reduction = .mean
    ) throws -> Tensor {
        try logits.library.tensor {
            $0.binary_cross_entropy_with_logits(logits.handle, targets.handle, reduction.code)
        }
    }
}
