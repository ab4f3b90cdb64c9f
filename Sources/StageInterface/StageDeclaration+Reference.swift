extension StageDeclaration {
    /// The stage kind's section of the pipeline reference, in Markdown, ending in a line break.
    package var reference: String {
        var blocks = ["## `\(kind)`", summary + "."]
        if !discussion.isEmpty { blocks.append(discussion) }
        if takesOtherInputs { blocks.append("Inputs: a" + Self.otherInputs.dropFirst()) }
        if !inputs.isEmpty {
            blocks.append(
                Self.table(
                    ["input", "artifact", "", "what it is"],
                    inputs.map {
                        [
                            "`\($0.name)`", $0.types.map { "`\($0.name)`" }.joined(separator: " or "),
                            $0.necessity(quote: "`"), $0.help,
                        ]
                    }))
        }
        let rows = ParameterTable(parameters).rows
        if !rows.isEmpty {
            blocks.append(
                Self.table(
                    ["parameter", "default", "value", "meaning"],
                    rows.map { ["`\($0.name)`", Self.quoted($0.defaultValue), $0.type, $0.help] }))
        }
        switch output {
        case .always(let type): blocks.append("Output: `\(type.name)`, \(type.summary).")
        case .chosen(let parameter, let types):
            blocks.append("Output, as `\(parameter)` says:")
            blocks.append(types.map { "- `\($0.name)`: \($0.summary)" }.joined(separator: "\n"))
        }
        if !example.isEmpty {
            blocks.append("```yaml\n\(example.last == "\n" ? example : example + "\n")```")
        }
        return blocks.joined(separator: "\n\n") + "\n"
    }

    /// A value as code; words as they are.
    private static func quoted(_ defaultValue: String) -> String {
        ["required", "none", "the defaults inside"].contains(defaultValue) || defaultValue.hasPrefix("`")
            ? defaultValue : "`\(defaultValue)`"
    }

    private static func table(_ header: [String], _ rows: [[String]]) -> String {
        let lines = [header, header.map { _ in "---" }] + rows
        return lines.map { row in
            "| " + row.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |"
        }.joined(separator: "\n")
    }
}
