import Foundation
import SystemPackage

/// A folder of a test's own, removed with it.
final class TemporaryFolder: Sendable {
    let path: FilePath

    init() throws {
        // In memory where there is such a file system: the store waits for the disk many times.
        let isInMemory = FileManager.default.isWritableFile(atPath: "/dev/shm")
        let parent = isInMemory ? "/dev/shm" : FileManager.default.temporaryDirectory.path
        path = FilePath(parent).appending("store-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: true)
    }

    deinit {
        if (try? FileManager.default.removeItem(atPath: path.string)) != nil { return }
        // Artifacts are in read-only folders, which only root can empty as they are.
        for name in FileManager.default.enumerator(atPath: path.string)?.compactMap({ $0 as? String }) ?? [] {
            let child = path.pushing(FilePath(name))
            if (try? child.stat(followTargetSymlink: false).type) == .directory {
                try? FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: child.string)
            }
        }
        try? FileManager.default.removeItem(atPath: path.string)
    }

    /// Writes files by their paths from this folder.
    func write(_ files: [String: String]) throws {
        try Self.write(files, in: path)
    }

    static func write(_ files: [String: String], in folder: FilePath) throws {
        for (name, text) in files {
            let file = folder.pushing(FilePath(name))
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

/// The names in a folder, sorted.
func names(in folder: FilePath) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.string).sorted()
}
