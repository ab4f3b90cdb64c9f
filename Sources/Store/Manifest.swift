import JSONValues

/// What a folder holds: its files' names, sizes and digests. Two folders with equal manifests are the same artifact.
///
/// Modes, times, owners and empty folders are not in it, so the same content has the same digest under every user,
/// umask and clock.
package struct Manifest: Sendable, Hashable {
    package struct File: Sendable, Hashable {
        /// From the folder, `/` between the parts.
        package let path: String
        /// In bytes.
        package let size: Int
        /// SHA-256 of the content.
        package let digest: ContentDigest
    }

    /// Sorted by the bytes of their paths.
    package let files: [File]

    init(files: [File]) {
        self.files = files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    /// All files together, in bytes.
    package var size: Int { files.reduce(0) { $0 + $1.size } }

    /// The digest of the folder: SHA-256 of ``bytes``.
    package var digest: ContentDigest { ContentDigest(of: bytes) }

    /// The canonical spelling: one JSON object a line and file, sorted, under a line that names the format.
    package var bytes: [UInt8] {
        var bytes = Array(Self.heading.utf8)
        for file in files {
            // Strings and integers always have a spelling.
            let line = try? JSONValue.object([
                "path": .string(file.path), "sha256": .string(file.digest.hexadecimal), "size": .int(file.size),
            ]).canonical
            bytes += Array((line ?? "").utf8)
            bytes.append(UInt8(ascii: "\n"))
        }
        return bytes
    }

    private static let heading = "{\"manifest\":1}\n"

    /// Reads what ``bytes`` gives. Nil for anything else.
    package init?(bytes: [UInt8]) {
        guard bytes.starts(with: Self.heading.utf8) else { return nil }
        var files: [File] = []
        for line in bytes.dropFirst(Self.heading.utf8.count).split(separator: UInt8(ascii: "\n")) {
            guard let value = try? JSONValue(parsing: Array(line)),
                let path = value["path"].stringValue, let size = value["size"].intValue,
                let digest = value["sha256"].stringValue.flatMap({ ContentDigest(hexadecimal: $0) })
            else { return nil }
            files.append(File(path: path, size: size, digest: digest))
        }
        self.init(files: files)
    }
}
