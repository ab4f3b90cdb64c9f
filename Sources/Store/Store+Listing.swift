import Foundation
import Glibc
import SystemPackage

extension Store {
    /// The names in a folder of the store, sorted; none where there is no folder.
    func names(in folder: FilePath) throws -> [String] {
        try refused("read the folder", folder) {
            do { return try FileTree.names(in: folder).map(\.string).sorted() } catch Errno.noSuchFileOrDirectory {
                return []
            }
        }
    }

    /// All that lies two digits deep in `objects` or `traces`, by name.
    func entries(of kind: String) throws -> [(name: String, path: FilePath)] {
        let folder = root.appending(kind)
        return try names(in: folder).flatMap { prefix in
            try names(in: folder.appending(prefix)).map { ($0, folder.appending(prefix).appending($0)) }
        }
    }

    /// The right to compute a key, if nobody has it now.
    func attemptLock(_ key: StoreKey) throws -> FileLock.Attempt {
        try operations.createFolder(layout.lock(key).folder)
        return try FileLock.attempt(layout.lock(key).path, note: "")
    }

    /// All files below a folder, in bytes. What cannot be read counts as nothing.
    static func bytes(below path: FilePath) -> Int {
        statuses(below: path).reduce(0) { $0 + $1.size }
    }

    /// When a file or folder below a path, or itself, was last written to, in nanoseconds since 1970.
    static func lastChange(below path: FilePath) -> Int {
        statuses(below: path, countsFolders: true).map(\.modified).max() ?? 0
    }

    private static func statuses(below path: FilePath, countsFolders: Bool = false) -> [FileStatus] {
        guard let stat = try? path.stat(followTargetSymlink: false) else { return [] }
        guard stat.type == .directory else { return [FileStatus(stat)] }
        let own = countsFolders ? [FileStatus(stat)] : []
        return own
            + ((try? FileTree.names(in: path)) ?? []).flatMap {
                statuses(below: path.appending($0), countsFolders: countsFolders)
            }
    }
}
