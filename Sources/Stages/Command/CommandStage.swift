import Foundation
import JSONValues
import StageInterface

/// `command`: a program of the person's own, for what no other stage kind does.
enum CommandStage: StageKind {
    static let command = Parameter.texts(
        "command", help: "The program and its arguments. No shell reads them: `*`, `$` and `|` mean nothing.")
    static let files = Parameter<[String: InputPath]>(
        "files", .map(of: .file(FileUse())), default: .value([:]),
        help: "Files that the program reads, its own text among them, each under the name that it has for the program."
    ) { value in
        value.objectValue?.compactMapValues { InputPath(json: $0) }
    }
    static let outputs = Parameter.texts(
        "outputs", help: "The files and folders that it leaves; they are the artifact, and all else is thrown away.")
    static let gives = Parameter<String>(
        "gives", .choice(ArtifactType.all.map(\.name)), default: .value(.string(ArtifactType.files.name)),
        help: "What the outputs are, for the stages that read them."
    ) { $0.stringValue }
    static let environment = Parameter<[String: String]>(
        "environment", .map(of: .text), default: .value([:]),
        help: "Variables of its environment, besides PATH, HOME, LANG and TMPDIR."
    ) { $0.objectValue?.compactMapValues(\.stringValue) }

    static let declaration = StageDeclaration(
        kind: "command", version: 1, summary: "Run a program of your own",
        discussion: """
            The program runs in an empty folder in which there is, under its name, a link to each input's folder and \
            to each of `files`. It runs again when its arguments, its environment, the content of `files` or an input \
            changes, so name its own text under `files`; what it reads besides is not known here. Nothing runs \
            without `--allow-commands`. It gets SIGTERM when the run is stopped, and it and what it started are killed \
            when the run is gone.
            """,
        parameters: [
            command.declaration, files.declaration, outputs.declaration, gives.declaration, environment.declaration,
        ],
        takesOtherInputs: true, output: .chosen(by: gives.declaration.name, among: ArtifactType.all),
        runsPrograms: true,
        example: """
            cleaned:
              uses: command
              from: {raw: reviews}
              with:
                command: [python3, clean.py, raw/train.jsonl, train.jsonl]
                files: {clean.py: scripts/clean.py}
                outputs: [train.jsonl]
            """,
        check: problems)

    private static func problems(_ values: ParameterValues) throws -> [ParameterProblem] {
        var problems: [ParameterProblem] = []
        if try values[command].first?.isEmpty ?? true {
            problems.append(
                ParameterProblem(path: ["command"], message: "there is no program", help: "write its name first"))
        }
        let outputs = try values[outputs]
        if outputs.isEmpty {
            problems.append(
                ParameterProblem(
                    path: ["outputs"], message: "the list is empty", help: "name at least one file that it leaves"))
        }
        for (index, name) in outputs.enumerated() where !CommandFolder.isInside(name) {
            problems.append(inside(name, at: ["outputs", String(index)]))
        }
        for name in try values[files].keys.sorted() where !CommandFolder.isInside(name) {
            problems.append(inside(name, at: ["files", name]))
        }
        for name in try values[environment].keys.sorted() where name.isEmpty || name.contains("=") {
            problems.append(
                ParameterProblem(
                    path: ["environment", name], message: "`\(name)` can't be the name of a variable"))
        }
        return problems
    }

    private static func inside(_ name: String, at path: [String]) -> ParameterProblem {
        ParameterProblem(
            path: path, message: "`\(name)` is no name in the folder in which the program runs",
            help: "write a relative path without `..`")
    }

    static func run(_ context: StageContext) throws -> StageReport {
        let folder = try CommandFolder(in: context.scratch)
        for (name, artifact) in context.inputs { try folder.link(name, to: artifact) }
        for (name, file) in try context.parameters[files] { try folder.link(name, to: file.path) }

        let program = try GuardedProgram(
            arguments: context.parameters[command], folder: folder.path,
            environment: environment(context, temporary: folder.temporary))
        let end = try program.run(isStopRequested: { context.isStopRequested })
        // One that was asked to end may say that all is well.
        if context.isStopRequested { throw StageStopped() }
        if let words = end.words {
            throw StageFailure(
                "the program \(words)", help: "`peft-pipeline log last \(context.stage)` shows what it printed",
                place: .parameter(["command"]))
        }
        let outputs = try context.parameters[outputs]
        let bytes = try folder.collect(outputs, into: context.output)
        return StageReport(
            summary: outputs.count == 1 ? outputs[0] : "\(outputs.count) outputs", metrics: ["bytes": .int(bytes)])
    }

    /// Little of the runner's own environment, so that a result does not depend on more of it than can be helped.
    private static func environment(_ context: StageContext, temporary: String) throws -> [String: String] {
        let own = ProcessInfo.processInfo.environment
        var variables = ["LANG": "C.UTF-8", "TMPDIR": temporary]
        for name in ["PATH", "HOME"] { variables[name] = own[name] }
        return variables.merging(try context.parameters[environment]) { _, given in given }
    }
}
