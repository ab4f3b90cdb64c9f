import ArgumentParser
import Execution
import Foundation
import JSONValues
import Recipes
import Reports

/// `lock`: writes down what the results are.
struct LockCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lock", abstract: "Write the digests of a pipeline's inputs and results beside it.",
        discussion: """
            The file \(Lock.fileName) belongs into the repository with the pipeline. Whoever runs `reproduce` learns, \
            stage by stage, whether the results are the same; `gc` keeps what it names. Nothing is run: all stages must \
            be up to date.

            EXAMPLE:
              peft-pipeline lock pipelines/sentiment.yaml
            """)

    @OptionGroup var pipeline: PipelineOptions
    @OptionGroup var machine: MachineOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let console = output.console
        let project = try pipeline.load(console)
        let store = try project.openStore()
        let assessments = try Assessor(pipeline: project.pipeline, store: store, numerics: machine.numerics)
            .assessAll()
        let locked = try LockedPipeline(
            project.pipeline, assessments, store: store, numerics: machine.numerics, tool: PeftPipeline.version)
        let file = LockFile(besides: pipeline.pipeline)
        var lock = try file.read()
        let isSame = lock.pipelines[file.name] == locked
        lock.pipelines[file.name] = locked
        try Data(try lock.text.utf8).write(to: URL(fileURLWithPath: file.path), options: .atomic)
        if output.json {
            let value: JSONValue = [
                "lock": .string(file.path), "stages": .int(locked.stages.count), "inputs": .int(locked.inputs.count),
                "changed": .bool(!isSame),
            ]
            console.writeResult(try value.canonical + "\n")
        }
        console.writeError(
            """
            \(file.path): \(Figures.counted(locked.stages.count, "stage")), \
            \(Figures.counted(locked.inputs.count, "input"))\(isSame ? ", as before" : "")

            """)
    }
}
