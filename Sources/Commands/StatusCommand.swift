import Pipelines
import StageInterface
import ArgumentParser
import Diagnostics
import Execution
import JSONValues
import Reports
import Store

/// `status`: what is up to date and what is not, without running anything.
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Say which stages are up to date, and why others are not.",
        discussion: """
            Ends with code 0 if all are up to date, 3 if a run would do something.

            EXAMPLE:
              peft-pipeline status pipelines/sentiment.yaml
            """)

    @OptionGroup var pipeline: PipelineOptions

    @Argument(help: "The stages; default: all.", completion: .stages)
    var stages: [String] = []

    @OptionGroup var machine: MachineOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let console = output.console
        let project = try pipeline.load(console)
        let chosen = Set(try stages.flatMap { try project.stages(named: $0) })
        let assessments = try Assessor(
            pipeline: project.pipeline, store: project.openStore(), numerics: machine.numerics
        ).assessAll().filter { chosen.isEmpty || chosen.contains($0.stage.name) }
        if output.json {
            for assessment in assessments { console.writeResult(try Self.json(assessment).canonical + "\n") }
        } else {
            var table = TextTable([.init("stage"), .init("kind"), .init("state"), .init("why")])
            for assessment in assessments {
                table.append([
                    assessment.stage.name, assessment.stage.declaration.kind, Self.state(assessment),
                    assessment.reasons.line,
                ])
            }
            console.writeResult(table)
        }
        if assessments.contains(where: { !$0.isHit }) { throw ExitStatus.outOfDate }
    }

    private static func state(_ assessment: Assessment) -> String {
        if assessment.isHit { return "up to date" }
        return assessment.waitsFor.isEmpty ? "out of date" : "depends"
    }

    private static func json(_ assessment: Assessment) -> JSONValue {
        [
            "stage": .string(assessment.stage.name), "kind": .string(assessment.stage.declaration.kind),
            "state": .string(state(assessment)), "why": .array(assessment.reasons.map { .string($0.description) }),
            "key": assessment.key.map { .string($0.hexadecimal) } ?? .null,
        ]
    }
}
