import ArgumentParser
import Diagnostics
import Foundation
import JSONValues
import StageInterface
import Stages

/// `inspect`: what a folder or file is.
struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Say what a model, adapter, tokenizer or data folder is, and what of it is not supported.",
        discussion: """
            EXAMPLES:
              peft-pipeline inspect models/minilm
              peft-pipeline inspect "$(peft-pipeline show pipelines/sentiment.yaml adapter --path)"
            """)

    @Argument(help: "The folder or file.", completion: .file())
    var path: String

    @OptionGroup var output: OutputOptions

    func run() throws {
        let console = output.console
        let inspection: Inspection
        do {
            inspection = try Inspection(path: path)
        } catch let failure as StageFailure {
            throw CommandFailure.found(failure.problems.map { .error($0.message, help: $0.help) })
        }
        console.writeResult(output.json ? try Self.json(inspection) : Self.text(inspection, console.results))
        if inspection.sections.contains(where: { !$0.problems.isEmpty }) { throw ExitStatus.stageFailed }
    }

    private static func text(_ inspection: Inspection, _ terminal: Console.Terminal) -> String {
        let width = inspection.sections.flatMap(\.facts).map(\.name.displayWidth).max() ?? 0
        return inspection.sections.map { section in
            var lines = [TerminalStyle.bold.apply(to: section.title, enabled: terminal.usesColor)]
            for (name, value) in section.facts {
                let line = "  \(name.padded(toWidth: width))  \(value)"
                lines.append(terminal.isInteractive ? line.truncated(toWidth: terminal.width) : line)
            }
            lines += section.problems.map {
                TerminalStyle.boldRed.apply(to: "  not supported", enabled: terminal.usesColor) + "  \($0)"
            }
            return lines.joined(separator: "\n") + "\n"
        }.joined(separator: "\n")
    }

    private static func json(_ inspection: Inspection) throws -> String {
        try inspection.sections.map { section in
            let facts = Dictionary(section.facts.map { ($0.name, JSONValue.string($0.value)) }) { first, _ in first }
            let value: JSONValue = [
                "is": .string(section.title), "facts": .object(facts),
                "problems": .array(section.problems.map(JSONValue.string)),
            ]
            return try value.canonical + "\n"
        }.joined()
    }
}
