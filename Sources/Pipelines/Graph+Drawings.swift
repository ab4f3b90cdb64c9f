package import JSONValues
import StageInterface

extension Graph {
    /// The graph in DOT, the language of Graphviz.
    package var dot: String {
        var lines = ["digraph \(Self.quotedForDOT(name)) {", "  rankdir=LR;", "  node [shape=box];"]
        lines += stages.map { stage in
            // \n is DOT's own line break inside a label, so it is added behind the quoting.
            let label = "\"\(Self.escapedForDOT(stage.name))\\n\(Self.escapedForDOT(stage.declaration.kind))\""
            return "  \(Self.quotedForDOT(stage.name)) [label=\(label)];"
        }
        lines += edges.map {
            "  \(Self.quotedForDOT($0.from)) -> \(Self.quotedForDOT($0.to)) "
                + "[label=\(Self.quotedForDOT($0.artifact.name))];"
        }
        return (lines + ["}"]).joined(separator: "\n")
    }

    /// The graph as a Mermaid flowchart, which GitHub draws in Markdown.
    package var mermaid: String {
        // Numbered identifiers, because some names (`end`) are words of the language.
        let identifiers = Dictionary(uniqueKeysWithValues: stages.enumerated().map { ($1.name, "s\($0)") })
        var lines = ["flowchart LR"]
        lines += stages.enumerated().map { index, stage in
            let label = "\(Self.escapedForMermaid(stage.name))<br/>\(Self.escapedForMermaid(stage.declaration.kind))"
            return "  s\(index)[\"\(label)\"]"
        }
        lines += edges.compactMap { edge in
            guard let from = identifiers[edge.from], let to = identifiers[edge.to] else { return nil }
            return "  \(from) -- \"\(Self.escapedForMermaid(edge.artifact.name))\" --> \(to)"
        }
        return lines.joined(separator: "\n")
    }

    /// The graph as data: the stages in the order in which they may run, each with its inputs and its level.
    package var json: JSONValue {
        var level: [String: Int] = [:]
        for (number, stages) in levels.enumerated() {
            for stage in stages { level[stage.name] = number }
        }
        return [
            "pipeline": .string(name),
            "stages": .array(
                stages.map { stage in
                    [
                        "name": .string(stage.name),
                        "uses": .string(stage.declaration.kind),
                        "gives": .string(stage.output.name),
                        "level": .int(level[stage.name] ?? 0),
                        "inputs": .array(
                            stage.connections.map {
                                [
                                    "name": .string($0.name), "stage": .string($0.stage),
                                    "artifact": .string($0.artifact.name),
                                ]
                            }),
                    ]
                }),
        ]
    }

    // MARK: - Quoting

    private static func quotedForDOT(_ text: String) -> String { "\"\(escapedForDOT(text))\"" }

    private static func escapedForDOT(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    }

    private static func escapedForMermaid(_ text: String) -> String {
        text.replacing("#", with: "#35;").replacing("\"", with: "#quot;")
            .replacing("<", with: "#lt;").replacing(">", with: "#gt;")
    }
}
