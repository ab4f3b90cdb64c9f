import Foundation
package import SystemPackage

extension Store {
    /// The digest of an input: of a file's content, or of a folder's manifest, so that a folder has the digest that
    /// it would have as an artifact. Symbolic links stand for what they lead to.
    ///
    /// What was digested before is not read again while no file's size, times and inode have changed. A file that
    /// was written to so recently that another write might leave its times as they are is read each time.
    ///
    /// - Throws: ``StoreError``: not there, not readable, or written to while it is read.
    package func digest(of path: FilePath) throws -> ContentDigest {
        let start = FileStatus.now()
        let tree = try FileTree(path, links: .followed)
        let memory = DigestMemory(place: layout.digestMemory(of: absolute(path)))
        let statusRecord = tree.statusRecord
        if let digest = memory.digest(for: statusRecord) { return digest }

        let files = try digests(of: tree, remembered: memory.files())
        let digest: ContentDigest
        if tree.folders.isEmpty, let file = files.first {
            digest = file.digest
        } else {
            digest =
                Manifest(
                    files: zip(tree.files, files).map {
                        Manifest.File(path: $0.name, size: $1.status.size, digest: $1.digest)
                    }
                ).digest
        }

        let proven = zip(tree.files, files).filter { !$1.status.isRacy(at: start) }
        let isProven = proven.count == files.count && zip(tree.files, files).allSatisfy { $0.status == $1.status }
        let known = proven.map { (DigestMemory.Key($0.name, $1.status), $1.digest) }
        let record = DigestMemory.bytes(
            isProven ? statusRecord : nil, digest, Dictionary(known, uniquingKeysWith: { first, _ in first }))
        // Without a memory the next run reads the files again, which is slow and right.
        try? publish(record, at: memory.place, durably: false)
        return digest
    }

    /// The digest of several files under names of the caller's choice: that of the folder which would hold them.
    ///
    /// - Throws: as ``digest(of:)``; also for a name that is given twice, and for a folder.
    package func digest(ofFiles files: [(name: String, path: FilePath)]) throws -> ContentDigest {
        let names = Set(files.map { Array($0.name.utf8) })
        guard names.count == files.count else {
            throw StoreError(.content, "two files of one input have the same name", help: "rename one of them")
        }
        return Manifest(
            files: try files.map { name, path in
                let stat = try refused("read", path) { try path.stat() }
                guard stat.type == .regular else {
                    throw StoreError(.content, "\(path) is not a file", help: "name the files in it")
                }
                return Manifest.File(path: name, size: Int(stat.size), digest: try digest(of: path))
            }
        ).digest
    }

    /// The digests of a tree's files, in their order, reading those that are not remembered.
    private func digests(of tree: FileTree, remembered: [DigestMemory.Key: ContentDigest]) throws -> [HashedFile] {
        let known = tree.files.map { remembered[DigestMemory.Key($0.name, $0.status)] }
        let unknown = known.indices.filter { known[$0] == nil }
        let read = Dictionary(
            uniqueKeysWithValues: zip(unknown, try hashFiles(unknown.map { tree.files[$0].path })))
        return tree.files.indices.compactMap { index in
            read[index] ?? known[index].map { HashedFile(digest: $0, status: tree.files[index].status) }
        }
    }

    private func absolute(_ path: FilePath) -> FilePath {
        FilePath(FileManager.default.currentDirectoryPath).pushing(path).lexicallyNormalized()
    }
}
