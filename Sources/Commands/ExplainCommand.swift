import Pipelines
import Store
import StageInterface
import ArgumentParser
import Diagnostics
import Execution
import Foundation
import JSONValues
import Reports

/// `explain`: what a stage's key is made of, and what changed.
struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Show what a stage's key is made of, and what changed since the last run.",
        discussion: """
            Without a stage, the reasons for every stage.

            EXAMPLES:
              peft-pipeline explain pipelines/sentiment.yaml adapter
              peft-pipeline explain pipelines/sentiment.yaml --set r=16
            """)

    @OptionGroup var pipeline: PipelineOptions

    @Argument(help: "The stage.", completion: .stages)
    var stage: String?

    @OptionGroup var machine: MachineOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let console = output.console
        let project = try pipeline.load(console)
        let chosen = try stage.map { Set(try project.stages(named: $0)) }
        let assessments = try Assessor(
            pipeline: project.pipeline, store: project.openStore(), numerics: machine.numerics
        ).assessAll()
        for assessment in assessments where chosen?.contains(assessment.stage.name) ?? true {
            if output.json {
                console.writeResult(try Self.json(assessment).canonical + "\n")
            } else {
                console.writeResult(Self.text(assessment, isWhole: chosen != nil, console.results))
            }
        }
    }

    private static func text(_ assessment: Assessment, isWhole: Bool, _ terminal: Console.Terminal) -> String {
        let stage = assessment.stage
        let verdict = assessment.isHit ? "up to date" : assessment.waitsFor.isEmpty ? "would run" : "depends"
        var text = TerminalStyle.bold.apply(to: stage.name, enabled: terminal.usesColor)
        text += " (\(stage.declaration.kind)): \(verdict)\n"
        for reason in assessment.reasons { text += "  \(reason)\n" }
        guard isWhole else { return text }
        text +=
            "\nkey  \(assessment.key?.hexadecimal ?? "not known before \(assessment.waitsFor.joined(separator: ", ")) ran")\n"
        var table = TextTable([.init("component"), .init("value"), .init("from")])
        for component in KeyComponentList.components(of: assessment) {
            table.append([component.name, component.value, component.origin])
        }
        return text + terminal.text(of: table)
    }

    private static func json(_ assessment: Assessment) -> JSONValue {
        [
            "stage": .string(assessment.stage.name), "hit": .bool(assessment.isHit),
            "key": assessment.key.map { .string($0.hexadecimal) } ?? .null, "components": assessment.components.json,
            "why": .array(assessment.reasons.map { .string($0.description) }),
        ]
    }
}

/// The components of a key as rows.
enum KeyComponentList {
    struct Component {
        let name: String
        let value: String
        /// Where the value comes from: a line of the pipeline, or a default.
        let origin: String
    }

    static func components(of assessment: Assessment) -> [Component] {
        let json = assessment.components.json
        let stage = assessment.stage
        var rows = [
            Component(name: "kind", value: stage.declaration.kind, origin: stage.location.pathAndLine),
            Component(
                name: "version", value: json["version"].intValue.map(String.init) ?? "", origin: "implementation"),
        ]
        for input in stage.inputs {
            let part = json["inputs"][input.name]
            let digest = (input.source == nil ? part : part[input.stage][KeyComponents.digestKey]).stringValue
            rows.append(
                Component(
                    name: "input \(input.name)", value: digest.map(short) ?? "not known yet",
                    origin: "stage \(input.stage)"))
        }
        for (path, value) in leaves(json["parameters"], []) {
            let isWritten = path.first.map(stage.written.contains) ?? false
            rows.append(
                Component(
                    name: path.joined(separator: "."), value: path.last == "sha256" ? short(value) : value,
                    origin: isWritten ? stage.originDescription(ofParameter: path) : "default"))
        }
        for (path, value) in leaves(json["numerics"], []) where !path.isEmpty {
            rows.append(Component(name: path.joined(separator: "."), value: value, origin: "numerics class"))
        }
        return rows
    }

    private static func leaves(_ value: JSONValue, _ path: [String]) -> [([String], String)] {
        if let members = value.objectValue {
            return members.keys.sorted().flatMap { leaves(members[$0] ?? .null, path + [$0]) }
        }
        if let text = value.stringValue { return [(path, text)] }
        return [(path, (try? value.canonical) ?? "")]
    }

    private static func short(_ digest: String) -> String { String(digest.prefix(12)) }
}
