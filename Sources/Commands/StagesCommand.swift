import ArgumentParser
import Diagnostics
import JSONValues
import Reports
import StageInterface
import Stages

/// `stages`: the catalogue.
struct StagesCommand: ParsableCommand {
    enum Format: String, CaseIterable, ExpressibleByArgument { case text, markdown, schema }

    static let configuration = CommandConfiguration(
        commandName: "stages", abstract: "List the stage kinds, or show one with its parameters.",
        discussion: """
            EXAMPLES:
              peft-pipeline stages
              peft-pipeline stages lora
              peft-pipeline stages --format schema > pipeline.schema.json
            """)

    @Argument(help: "The stage kind.")
    var kind: String?

    @Option(help: "text, markdown (the reference page), or schema (JSON Schema, for editors).")
    var format = Format.text

    @Option(help: "Colour: auto (on a terminal, unless NO_COLOR is set), always or never.")
    var color = ColorChoice.auto

    func run() throws {
        let console = Console(color: color)
        let declarations = StageCatalogue.standard.declarations
        var chosen = declarations
        if let kind {
            guard let declaration = StageCatalogue.standard.declaration(of: kind) else {
                throw CommandFailure.usage(
                    "there is no stage kind `\(kind)`",
                    help: Diagnostic.help(forUnknown: kind, among: declarations.map(\.kind), as: "stage kind"))
            }
            chosen = [declaration]
        }
        switch format {
        case .schema: console.writeResult(try StageDeclaration.jsonSchema(for: chosen).pretty + "\n")
        case .markdown:
            console.writeResult(
                kind == nil
                    ? StageCatalogue.standard.referencePage : chosen.map(\.reference).joined(separator: "\n"))
        case .text:
            if kind == nil {
                var table = TextTable([.init("kind"), .init("reads"), .init("gives"), .init("what it does")])
                for declaration in declarations {
                    let inputs = (declaration.inputs.map(\.name) + (declaration.takesOtherInputs ? ["any"] : []))
                        .joined(separator: ", ")
                    table.append([declaration.kind, inputs, declaration.output.name, declaration.summary])
                }
                console.writeResult(table)
            } else {
                for declaration in chosen {
                    console.writeResult(declaration.help(width: console.results.width))
                }
            }
        }
    }
}
