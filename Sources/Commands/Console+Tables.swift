import Reports

extension Console {
    /// Writes a table to standard output, as wide as a terminal is, and whole where it is piped.
    func writeResult(_ table: TextTable) { writeResult(results.text(of: table)) }
}

extension Console.Terminal {
    /// A table's lines as they are shown there.
    func text(of table: TextTable) -> String {
        table.lines(width: isInteractive ? width : .max, style: TableStyle(usesColor: usesColor))
            .map { $0 + "\n" }.joined()
    }
}
