import ArgumentParser
import Diagnostics
import Foundation
import Pipelines
import StageInterface
import Stages
import YAMLDocument

/// Which pipeline, with which parameters.
struct PipelineOptions: ParsableArguments {
    @Argument(help: "The pipeline's file.", completion: .file(extensions: ["yaml", "yml"]))
    var pipeline: String

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("Give a parameter of the pipeline another value.", valueName: "name=value"))
    var assignments: [String] = []

    @Option(
        name: .customLong("params"),
        help: ArgumentHelp(
            """
            Give parameters the values of a YAML file, a mapping; may be given several times. Later files hold over \
            earlier ones, --set over files.
            """, valueName: "file"), completion: .file(extensions: ["yaml", "yml"]))
    var parameterFiles: [String] = []

    @Option(
        help: ArgumentHelp(
            """
            The project's folder, where relative paths start and the store lies. \
            Default: the nearest folder at or above the pipeline that has a store, else the working directory.
            """, valueName: "folder"))
    var project: String?

    /// Reads and checks the pipeline, and shows what is wrong.
    ///
    /// - Parameter defaults: values that hold over those of the file, and under those of the command line.
    /// - Throws: ``CommandFailure`` with all errors of the file.
    func load(
        _ console: Console, checkingFiles: Bool = true, defaults: [ParameterOverride] = []
    ) throws -> Project {
        var overrides = defaults
        for assignment in assignments {
            guard let override = ParameterOverride(assignment: assignment) else {
                throw CommandFailure.usage(
                    "--set expects name=value, found `\(assignment)`", help: "for example: --set r=16")
            }
            overrides.append(override)
        }
        let text = try read(pipeline, as: "pipeline", usuallyIn: "pipelines")
        let sources = ParameterSources(
            files: try parameterFiles.map { try read($0, as: "file") }, overrides: overrides,
            environment: ProcessInfo.processInfo.environment)
        let file = URL(fileURLWithPath: pipeline).path
        let folder = try Project.folder(given: project, pipeline: file)
        let (loaded, findings) = Pipeline.load(
            source: text, sources: sources, catalogue: StageCatalogue.standard.declarations, projectFolder: folder,
            checkingFiles: checkingFiles)
        guard let loaded else { throw CommandFailure.found(findings) }
        console.show(findings)
        return Project(pipeline: loaded, folder: folder)
    }

    /// - Parameters:
    ///   - noun: what the file is, for messages.
    ///   - usualFolder: where such files usually are.
    private func read(_ path: String, as noun: String, usuallyIn usualFolder: String? = nil) throws -> SourceText {
        let file = URL(fileURLWithPath: path).path
        guard FileManager.default.fileExists(atPath: file) else {
            throw CommandFailure.found([Self.missing(path, noun, usualFolder)])
        }
        do {
            return try SourceText.read(file, shownAs: path, maximumBytes: YAMLLimits.default.bytes)
        } catch {
            throw CommandFailure.found(error.diagnostics)
        }
    }

    /// Says that there is no such file, and which there are: beside it, or else where they usually are.
    private static func missing(_ path: String, _ noun: String, _ usualFolder: String?) -> Diagnostic {
        let file = URL(fileURLWithPath: path)
        var name = file.lastPathComponent
        var known = documents(in: file.deletingLastPathComponent().path)
        if known.isEmpty, let usualFolder {
            name = "\(usualFolder)/\(name)"
            known = documents(in: usualFolder).map { "\(usualFolder)/\($0)" }
        }
        return .error(
            "there is no \(noun) \(path)", help: Diagnostic.help(forUnknown: name, among: known, as: noun))
    }

    /// The names of YAML files in a folder, sorted.
    private static func documents(in folder: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") }.sorted()
    }
}
