import Diagnostics
import StageInterface

extension Graph {
    /// The stages as a table for a terminal: each after those that feed it, with what feeds its inputs.
    ///
    /// ```
    /// stage    uses      gives    from
    /// reviews  data      dataset
    /// tokens   tokenize  tokens   dataset: reviews
    /// ```
    package var text: String {
        let header = ["stage", "uses", "gives", "from"]
        let rows = stages.map { stage in
            [
                stage.name, stage.declaration.kind, stage.output.name,
                stage.connections.map { "\($0.name): \($0.stage)" }.joined(separator: ", "),
            ]
        }
        let table = [header] + rows
        let widths = header.indices.map { column in table.map { $0[column].displayWidth }.max() ?? 0 }
        let lines = table.map { row in
            var line = zip(row, widths).map { $0.padded(toWidth: $1) }.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line
        }
        return lines.joined(separator: "\n")
    }
}
