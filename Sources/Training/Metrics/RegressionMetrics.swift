/// How well numbers were predicted, by scikit-learn's and SciPy's definitions. Of several numbers a row, means over them.
package struct RegressionMetrics: Sendable, Hashable, Codable {
    package let meanSquaredError: Double
    package let meanAbsoluteError: Double
    /// Pearson's correlation; 0 where one side is constant.
    package let pearson: Double
    /// Spearman's correlation, ties having their mean rank.
    package let spearman: Double
    /// R²: the part of the variance that is explained.
    package let determination: Double

    /// - Parameters:
    ///   - predictions: (rows, numbers)
    ///   - targets: the same shape.
    package init(predictions: [[Float]], targets: [[Float]]) {
        let width = targets.first?.count ?? 0
        let columns = (0..<width).map { column in
            (predictions.map { Double($0[column]) }, targets.map { Double($0[column]) })
        }
        func mean(_ figure: (_ predicted: [Double], _ target: [Double]) -> Double) -> Double {
            columns.isEmpty ? 0 : columns.reduce(0) { $0 + figure($1.0, $1.1) } / Double(width)
        }
        meanSquaredError = mean { Self.mean(zip($0, $1).map { ($0 - $1) * ($0 - $1) }) }
        meanAbsoluteError = mean { Self.mean(zip($0, $1).map { abs($0 - $1) }) }
        pearson = mean(Self.correlation)
        spearman = mean { Self.correlation(Self.ranks($0), Self.ranks($1)) }
        determination = mean { predicted, target in
            let center = Self.mean(target)
            let variance = target.reduce(0) { $0 + ($1 - center) * ($1 - center) }
            let error = zip(predicted, target).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
            return variance > 0 ? 1 - error / variance : 0
        }
    }

    private static func mean(_ values: [Double]) -> Double {
        values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
    }

    private static func correlation(_ left: [Double], _ right: [Double]) -> Double {
        let (leftMean, rightMean) = (mean(left), mean(right))
        var (product, leftSquare, rightSquare) = (0.0, 0.0, 0.0)
        for (left, right) in zip(left, right) {
            product += (left - leftMean) * (right - rightMean)
            leftSquare += (left - leftMean) * (left - leftMean)
            rightSquare += (right - rightMean) * (right - rightMean)
        }
        let scale = (leftSquare * rightSquare).squareRoot()
        return scale > 0 ? product / scale : 0
    }

    private static func ranks(_ values: [Double]) -> [Double] {
        let order = values.indices.sorted { values[$0] < values[$1] }
        var ranks = Array(repeating: 0.0, count: values.count)
        var start = 0
        while start < order.count {
            var end = start
            while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
            for index in order[start..<end] { ranks[index] = Double(start + end - 1) / 2 }
            start = end
        }
        return ranks
    }
}
