import JSONValues
import ArgumentParser
import Pipelines

/// `dag`: the stages and what passes between them.
struct DagCommand: ParsableCommand {
    enum Format: String, CaseIterable, ExpressibleByArgument { case text, dot, mermaid, json }

    static let configuration = CommandConfiguration(
        commandName: "dag", abstract: "Draw the stages and what passes between them.",
        discussion: """
            EXAMPLES:
              peft-pipeline dag pipelines/sentiment.yaml
              peft-pipeline dag pipelines/sentiment.yaml --format dot | dot -Tsvg > dag.svg
            """)

    @OptionGroup var pipeline: PipelineOptions

    @Option(help: "text, dot, mermaid or json.")
    var format = Format.text

    @Option(help: "Colour: auto (on a terminal, unless NO_COLOR is set), always or never.")
    var color = ColorChoice.auto

    func run() throws {
        let console = Console(color: color)
        let graph = try pipeline.load(console, checkingFiles: false).pipeline.graph
        let text =
            switch format {
            case .text: graph.text
            case .dot: graph.dot
            case .mermaid: graph.mermaid
            case .json: try graph.json.pretty
            }
        console.writeResult(text.hasSuffix("\n") ? text : text + "\n")
    }
}
