import Diagnostics
package import JSONValues

/// A confusion matrix as a table: a row a true class, a column a predicted one.
package enum ConfusionTable {
    /// - Parameters:
    ///   - matrix: `matrix[t][p]` counts rows of class `t` that were taken for `p`.
    ///   - labels: the classes' names.
    package static func table(matrix: JSONValue, labels: [String]) -> TextTable? {
        guard let rows = matrix.arrayValue, rows.count == labels.count else { return nil }
        var table = TextTable(
            [.init("true \\ predicted")] + labels.map { .init($0, alignment: .right) })
        for (label, row) in zip(labels, rows) {
            table.append([label] + (row.arrayValue ?? []).map { $0.intValue.map(Figures.count) ?? "" })
        }
        return table
    }
}
