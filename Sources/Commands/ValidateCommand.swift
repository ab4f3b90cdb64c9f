import Diagnostics
import Pipelines
import ArgumentParser
import Reports

/// `validate`: all that can be known to be wrong before anything runs.
struct ValidateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate", abstract: "Check a pipeline and show all that is wrong with it.",
        discussion: """
            EXAMPLE:
              peft-pipeline validate pipelines/sentiment.yaml
            """)

    @OptionGroup var pipeline: PipelineOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "Don't check that files and folders are there.")
    var withoutFiles = false

    func run() throws {
        let console = output.console
        let project = try pipeline.load(console, checkingFiles: !withoutFiles)
        let count = project.pipeline.stages.count
        if output.json {
            console.writeResult("{\"pipeline\":\"\(project.pipeline.name)\",\"stages\":\(count)}\n")
        } else {
            console.writeResult("\(project.pipeline.source.path): \(Figures.counted(count, "stage")), no errors\n")
        }
    }
}
