import ArgumentParser
import Foundation
import Store
import SystemPackage

/// Which store, for commands that look at what was run before.
struct StoreOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The project's folder. Default: the nearest folder at or above the working directory that has a store.",
            valueName: "folder"))
    var project: String?

    /// Opens the store.
    ///
    /// - Parameter pipeline: a pipeline's file whose project is meant where --project is not given.
    /// - Throws: ``CommandFailure`` where there is no store.
    func open(pipeline: String? = nil) throws -> Store {
        let path = try storePath(pipeline: pipeline)
        guard FileManager.default.fileExists(atPath: path.string) else {
            throw CommandFailure.usage(
                "there is no store in \(path.removingLastComponent())",
                help: "go to the project's folder, or name it with --project; the first `run` makes its store")
        }
        return try Store(at: path)
    }

    /// Where the store is, or would be.
    func storePath(pipeline: String? = nil) throws -> FilePath {
        let file = pipeline.flatMap { FileManager.default.fileExists(atPath: $0) ? $0 : nil }
        return FilePath(try Project.folder(given: project, pipeline: file ?? "any")).appending(Project.storeName)
    }
}
