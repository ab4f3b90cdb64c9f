import ArgumentParser
import Diagnostics
import Execution
import Foundation
import JSONValues
import Pipelines
import Recipes
import Reports
import Store

/// `export`: a pipeline with what it needs in one file.
struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Put a pipeline with what it needs into one file.",
        discussion: """
            The pipeline, the files that it includes, its \(Lock.fileName) if there is one, and the files of the project \
            that it reads, as far as they are small. What is left out is told, and `import` tells it again, with digests. \
            With --results the artifacts come along as well. The file is a tar archive; the same project gives the same \
            bytes.

            EXAMPLES:
              peft-pipeline export pipelines/sentiment.yaml
              peft-pipeline export pipelines/sentiment.yaml -o sentiment.recipe --results
            """)

    @OptionGroup var pipeline: PipelineOptions

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: ArgumentHelp("The file. Default: the pipeline's name with `.recipe`.", valueName: "file"))
    var file: String?

    @Option(help: ArgumentHelp("Leave out files that are larger.", valueName: "size"))
    var maxFileSize = ByteCount(bytes: 20_000_000)

    @Flag(help: "Bring the results too; all stages must be up to date.")
    var results = false

    @OptionGroup var machine: MachineOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let console = output.console
        let project = try pipeline.load(console)
        let store = try project.openStore()
        var traces: [Trace] = []
        if results {
            let assessments = try Assessor(pipeline: project.pipeline, store: store, numerics: machine.numerics)
                .assessAll()
            // Says which are missing.
            _ = try LockedPipeline(
                project.pipeline, assessments, store: store, numerics: machine.numerics, tool: PeftPipeline.version)
            for assessment in assessments {
                if case .hit(let trace, _) = assessment.lookup { traces.append(trace) }
            }
        }
        let path = file ?? project.pipeline.name + ".recipe"
        let writer = RecipeWriter(
            project.pipeline, projectFolder: project.folder, store: store, toolVersion: PeftPipeline.version,
            largestFile: maxFileSize.bytes)
        let manifest = try writer.write(to: path, results: traces)
        if output.json {
            let value: JSONValue = [
                "recipe": .string(path), "files": .int(manifest.files.count),
                "bytes": .int(manifest.files.reduce(0) { $0 + $1.size }),
                "missing": .array(manifest.missing.map { .string($0.path) }),
            ]
            console.writeResult(try value.canonical + "\n")
        }
        RecipeWords.showMissing(manifest, to: console, help: "who imports it has to provide it")
        console.writeError(
            """
            \(path): \(Figures.counted(manifest.files.count, "file")), \
            \(Figures.bytes(manifest.files.reduce(0) { $0 + $1.size }))

            """)
    }
}

/// What commands say of recipes.
enum RecipeWords {
    static func showMissing(_ manifest: RecipeManifest, to console: Console, help: String) {
        console.show(
            manifest.missing.map { file in
                .warning(
                    "it does not have \(file.path) (\(Figures.bytes(file.size)), sha256 \(file.digest.hexadecimal))",
                    help: help)
            })
    }
}
