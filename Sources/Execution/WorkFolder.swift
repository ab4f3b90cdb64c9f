import Foundation
import Store
import SystemPackage

/// The folder in which a stage is computed: what it gives, and what outlives a stop.
struct WorkFolder {
    private let path: FilePath

    var output: FilePath { path.appending("output") }
    var scratch: FilePath { path.appending("scratch") }
    /// For what the worker prints, where the run has no place for it.
    var log: FilePath { path.appending("worker.log") }
    /// For the state in which the computation ends.
    var state: FilePath { path.appending("state") }

    init(_ path: FilePath) { self.path = path }

    /// Makes an empty output folder, and a scratch folder as an earlier attempt left it.
    ///
    /// - Returns: whether an earlier attempt left something to go on from.
    func prepare() throws -> Bool {
        try remove(output)
        KillPoint.pass("removed \(output)")
        try FileManager.default.createDirectory(atPath: output.string, withIntermediateDirectories: true)
        KillPoint.pass("made \(output)")
        try remove(state)
        try FileManager.default.createDirectory(atPath: scratch.string, withIntermediateDirectories: true)
        KillPoint.pass("made \(scratch)")
        return try !FileManager.default.contentsOfDirectory(atPath: scratch.string).isEmpty
    }

    /// Makes an empty folder for the state in which the computation ends.
    func prepareState() throws {
        try FileManager.default.createDirectory(atPath: state.string, withIntermediateDirectories: true)
    }

    /// Removes what a later attempt would go on from.
    func forget() throws { try remove(scratch) }

    /// Whether the stage left a state to go on from.
    var hasState: Bool { (try? FileManager.default.contentsOfDirectory(atPath: state.string).isEmpty) == false }

    /// What is wrong with what a stage left, nil if it is a folder with at least one file.
    var fault: String? {
        let files = FileManager.default
        guard Self.isFolder(output) else { return "left no folder where its output belongs" }
        for case let name as String in files.enumerator(atPath: output.string) ?? .init()
        where !Self.isFolder(output.appending(name)) { return nil }
        return "left no output"
    }

    /// An artifact that could not be taken into the store may have read-only folders.
    private func remove(_ folder: FilePath) throws {
        let files = FileManager.default
        guard Self.exists(folder) else { return }
        for case let name as String in files.enumerator(atPath: folder.string) ?? .init()
        where Self.isFolder(folder.appending(name)) {
            try? files.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder.appending(name).string)
        }
        try files.removeItem(atPath: folder.string)
    }

    private static func exists(_ path: FilePath) -> Bool {
        (try? path.stat(followTargetSymlink: false)) != nil
    }

    /// A link to a folder is none.
    private static func isFolder(_ path: FilePath) -> Bool {
        (try? path.stat(followTargetSymlink: false).type) == .directory
    }
}
