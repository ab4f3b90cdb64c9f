import Glibc
import SystemPackage

/// What the file system said of an object's manifest, folders and files when they were last found whole.
///
/// A line of numbers, a name from the object's folder, and a zero byte for each. A file that was added changes its folder. A
/// torn record holds for nothing.
enum StatusRecord {
    /// The record of an object that has been found whole with the status that its files have here.
    static func make(_ manifest: FilePath, _ files: FileTree, in folder: FilePath) throws -> [UInt8] {
        var record: [UInt8] = []
        func add(_ status: FileStatus, _ path: FilePath) {
            // A name cannot hold a zero.
            let name = path.components.dropFirst(folder.components.count).map(\.string).joined(separator: "/")
            record += "\(StatusNumbers(status).line) \(name)\u{0}".utf8
        }
        add(FileStatus(try refused("read", manifest) { try manifest.stat(followTargetSymlink: false) }), manifest)
        for folder in files.folders { add(folder.status, folder.path) }
        for file in files.files { add(file.status, file.path) }
        return record
    }

    /// Whether all is as a record says.
    static func holds(_ record: [UInt8], in folder: FilePath) -> Bool {
        guard record.last == 0 else { return false }
        var path = Array(folder.string.utf8) + [UInt8(ascii: "/")]
        let stem = path.count
        return record.withUnsafeBytes { bytes in
            var start = 0
            for end in bytes.indices where bytes[end] == 0 {
                var position = start
                guard let known = StatusNumbers(reading: bytes, at: &position) else { return false }
                path.removeSubrange(stem...)
                path += bytes[position...end]
                var stat = stat()
                let result = path.withUnsafeBytes { path in
                    path.withMemoryRebound(to: CChar.self) { path in
                        path.baseAddress.map { lstat($0, &stat) } ?? -1
                    }
                }
                guard result == 0, StatusNumbers(stat) == known else { return false }
                start = end + 1
            }
            return true
        }
    }
}
