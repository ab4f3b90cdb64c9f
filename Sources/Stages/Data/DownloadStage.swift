import Downloads
import ExternalPrograms
import Foundation
import JSONValues
import StageInterface

/// `download`: a file of a web server, or files of a repository of the Hugging Face Hub.
enum DownloadStage: StageKind {
    static let url = Parameter.text(
        "url",
        help: "What is fetched: `https://…#sha256=…` or `hf://datasets/owner/name@revision/file`, one file; "
            + "`hf://owner/name@revision`, a model's files.")
    static let files = Parameter.texts(
        "files", default: readNames,
        help:
            "Of a repository: the files that are wanted, as far as it has them. An index of tensors brings the files that "
            + "it names.")

    static let declaration = StageDeclaration(
        kind: "download", version: 1, summary: "Fetch a file, or a model's files, from another machine",
        discussion: """
            The address is what the key has, so nothing is asked of a network while the result is in the store. A file of a \
            web server must be of the SHA-256 that the address names. A branch of a repository moves: which commit it was \
            is told, and kept in the figures; a commit as the revision means the same everywhere. What was begun goes on \
            after a stop or a fault. A token in HF_TOKEN, or where the Hub's own tools keep it, goes to the Hub alone; \
            HF_ENDPOINT names another hub.
            """,
        parameters: [url.declaration, files.declaration], output: .always(.files),
        fetches: url.declaration.name,
        example: """
            base:
              uses: download
              with: {url: "hf://sentence-transformers/all-MiniLM-L6-v2@main"}
            """,
        check: check)

    /// What any stage kind reads of a folder that it is given.
    private static var readNames: [String] {
        var names: Set<String> = []
        for parameter in StageCatalogue.local.declarations.flatMap(\.parameters) {
            if case .folder(let read) = parameter.type { names.formUnion(read) }
        }
        return names.sorted()
    }

    static func run(_ context: StageContext) throws -> StageReport {
        let source: RemoteSource
        do {
            source = try RemoteSource(parsing: context.parameters[url])
        } catch let error as RemoteSourceError {
            throw StageFailure(error.message, help: error.help, place: .parameter([url.declaration.name]))
        }
        let environment = ProcessInfo.processInfo.environment
        guard let program = ExternalProgram.find("curl", environment: environment) else {
            throw StageFailure(
                "the program `curl`, which fetches files, is not there",
                help: "install it: `make setup`, or on Debian `apt-get install curl`")
        }
        let downloader = Downloader(
            program: program, environment: environment, retry: RetryPolicy(environment: environment),
            shouldStop: { context.isStopRequested }, onProgress: context.progress, onNote: context.note)
        let begun = ContinuousClock.now
        let report = try downloader.fetch(
            source, files: try context.parameters[files], to: URL(filePath: context.output),
            scratch: URL(filePath: context.scratch))
        let elapsed = ContinuousClock.now - begun
        let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
        var metrics: JSONValue = ["files": .int(report.files), "bytes": .int(report.bytes)]
        if let commit = report.commit { metrics["commit"] = .string(commit) }
        let count = report.files == 1 ? "1 file" : "\(report.files) files"
        return StageReport(
            summary: "\(count), \(InspectionText.bytes(report.bytes))"
                + (report.commit.map { ", commit \($0.prefix(12))" } ?? ""),
            metrics: metrics,
            measurements: ["seconds": .double(seconds), "received_bytes": .int(report.receivedBytes)])
    }

    private static func check(_ parameters: ParameterValues) throws -> [ParameterProblem] {
        var problems: [ParameterProblem] = []
        do {
            _ = try RemoteSource(parsing: parameters[url])
        } catch let error as RemoteSourceError {
            problems.append(ParameterProblem(path: [url.declaration.name], message: error.message, help: error.help))
        }
        let names = try parameters[files]
        for (index, name) in names.enumerated() where !FileNames.isPlainPath(name) {
            problems.append(
                ParameterProblem(
                    path: [files.declaration.name, String(index)], message: "`\(name)` names no file of a repository",
                    help: "write the file's path, as it is there"))
        }
        if names.isEmpty {
            problems.append(
                ParameterProblem(
                    path: [files.declaration.name], message: "no file is wanted", help: "leave it out, or name some"))
        }
        return problems
    }
}
