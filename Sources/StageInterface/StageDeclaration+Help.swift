import Diagnostics

extension StageDeclaration {
    /// What a person who writes a stage of this kind wants to know, as plain text that ends in a line break.
    ///
    /// - Parameter width: the cells of a line.
    package func help(width: Int = 100) -> String {
        let width = max(60, width)
        var lines = wrapped("\(kind): \(summary)", to: width)
        if !discussion.isEmpty { lines += [""] + wrapped(discussion, to: width) }
        let others = takesOtherInputs ? [Entry(name: "NAME", paragraphs: [Self.otherInputs])] : []
        lines += section("INPUTS (from:)", inputs.map(Self.entry) + others, width: width)
        lines += section("PARAMETERS (with:)", ParameterTable(parameters).rows.map(Self.entry), width: width)
        lines += section(
            "OUTPUT", output.types.map { Entry(name: $0.name, paragraphs: [Self.plain($0.summary)]) }, width: width)
        if !example.isEmpty {
            lines += ["", "EXAMPLE"]
            lines += example.split(separator: "\n", omittingEmptySubsequences: false).map {
                $0.isEmpty ? "" : "  \($0)"
            }
        }
        while lines.last == "" { lines.removeLast() }
        return lines.joined(separator: "\n") + "\n"
    }

    // MARK: - Entries

    /// A name and, beside it, what there is to say of it.
    private struct Entry {
        let name: String
        let paragraphs: [String]
    }

    /// What stands for inputs that are not declared.
    static let otherInputs = "Any names, each with the stage that feeds it; artifacts of any type."

    private static func entry(_ input: InputDeclaration) -> Entry {
        let types = input.types.map(\.name).joined(separator: " or ")
        return Entry(
            name: input.name, paragraphs: [plain(input.help), "\(types); \(input.necessity(quote: ""))"])
    }

    private static func entry(_ row: ParameterTable.Row) -> Entry {
        let fallback = row.defaultValue == "required" ? "required" : "default: \(plain(row.defaultValue))"
        return Entry(name: row.name, paragraphs: [plain(row.help), "\(plain(row.type)); \(fallback)"])
    }

    /// Without the backticks of Markdown.
    private static func plain(_ text: String) -> String { text.replacing("`", with: "") }

    private func section(_ title: String, _ entries: [Entry], width: Int) -> [String] {
        guard !entries.isEmpty else { return [] }
        let names = min(entries.map(\.name.displayWidth).max() ?? 0, Self.widestName)
        let margin = String(repeating: " ", count: names + 4)
        var lines = ["", title]
        for entry in entries {
            let text = entry.paragraphs.flatMap { wrapped($0, to: width - names - 4) }
            let isBeside = entry.name.displayWidth <= names
            if !isBeside { lines.append("  \(entry.name)") }
            for (index, line) in text.enumerated() {
                lines.append((index == 0 && isBeside ? "  \(entry.name.padded(toWidth: names))  " : margin) + line)
            }
        }
        return lines
    }

    /// A longer name has a line of its own.
    private static let widestName = 28

    // MARK: - Lines

    private func wrapped(_ text: String, to width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(whereSeparator: \.isWhitespace) {
            if !line.isEmpty, line.displayWidth + 1 + word.displayWidth > width {
                lines.append(line)
                line = ""
            }
            line += line.isEmpty ? String(word) : " \(word)"
        }
        return lines + (line.isEmpty ? [] : [line])
    }
}
