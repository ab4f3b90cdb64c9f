import Foundation
package import SystemPackage

extension Store {
    /// The digest of an input, a file: SHA-256 of its bytes. A symbolic link stands for what it leads to.
    ///
    /// What was digested before is not read again while the file's size, times and inode have not changed. A file that was
    /// written to so recently that another write might leave its times as they are is read each time.
    ///
    /// - Throws: ``StoreError``: not there, not readable, a folder, or written to while it is read.
    package func digest(of path: FilePath) throws -> ContentDigest {
        let start = FileStatus.now()
        let stat = try refused("read", path) { try path.stat() }
        guard stat.type == .regular else {
            throw StoreError(.content, "\(path) is not a file", help: "name the files in it")
        }
        let absolute = path.isAbsolute ? path : FilePath(FileManager.default.currentDirectoryPath).pushing(path)
        let folder = absolute.removingLastComponent()
        let name = absolute.lastComponent?.string ?? ""
        if let digest = digestTables.digest(of: name, in: folder, FileStatus(stat)) { return digest }
        let file = try hashFile(path)
        if !file.status.isRacy(at: start) { digestTables.remember(name, in: folder, file.status, file.digest) }
        return file.digest
    }
}
