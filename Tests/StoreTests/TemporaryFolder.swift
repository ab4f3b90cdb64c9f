import Foundation
import Store
import SystemPackage

/// A folder of a test's own, removed with it, in which it may make files.
final class TemporaryFolder: Sendable {
    let path: FilePath

    init() throws {
        let name = "store-tests-\(UUID().uuidString)"
        path = FilePath(FileManager.default.temporaryDirectory.path).appending(name)
        try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: true)
    }

    deinit {
        // Artifacts are in read-only folders.
        let names = FileManager.default.enumerator(atPath: path.string)?.compactMap { $0 as? String } ?? []
        for name in names {
            let child = path.appending(name).string
            var isFolder: ObjCBool = false
            if FileManager.default.fileExists(atPath: child, isDirectory: &isFolder), isFolder.boolValue {
                try? FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: child)
            }
        }
        try? FileManager.default.removeItem(atPath: path.string)
    }

    /// Writes files by their paths from this folder.
    func write(_ files: [String: String]) throws {
        for (name, text) in files {
            let file = path.pushing(FilePath(name))
            try FileManager.default.createDirectory(
                atPath: file.removingLastComponent().string, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: URL(filePath: file.string))
        }
    }
}

/// The text of a file.
func text(_ path: FilePath) throws -> String {
    String(decoding: try Data(contentsOf: URL(filePath: path.string)), as: UTF8.self)
}

extension Store {
    /// The store `store` in a folder.
    init(in folder: TemporaryFolder, faultPoint: FaultPoint? = nil) throws {
        try self.init(at: folder.path.appending("store"), faultPoint: faultPoint)
    }

    /// Computes a key as a stage does: writes files into its work folder, takes them in, records them.
    @discardableResult
    func compute(_ trace: (ContentDigest) throws -> Trace, files: [String: String]) async throws -> Trace {
        let placeholder = try trace(ContentDigest(of: []))
        let lock = try await lock(placeholder.key, run: "test")
        let output = try workFolder(under: lock).appending("output")
        for (name, text) in files {
            let file = output.pushing(FilePath(name))
            try FileManager.default.createDirectory(
                atPath: file.removingLastComponent().string, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: URL(filePath: file.string))
        }
        let object = try insert(directory: output)
        let recorded = try trace(object.digest)
        try record(recorded, under: lock)
        return recorded
    }
}
