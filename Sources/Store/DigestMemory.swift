import SystemPackage

/// What one input, a file or a folder, was last digested to. A small file of the store; it is replaced whole.
///
/// Its head is the input's status record and digest, enough where nothing changed. The files follow, so that after
/// a change only those that changed are read.
struct DigestMemory {
    /// A file, and a status in which its content was read.
    struct Key: Hashable {
        let name: String
        let status: String

        init(_ name: String, _ status: FileStatus) {
            self.init(name: name, status: status.line)
        }

        init(name: String, status: String) {
            self.name = name
            self.status = status
        }
    }

    let place: StoreLayout.Place

    /// The digest of the input, if its status is still what it was.
    func digest(for statusRecord: [UInt8]) -> ContentDigest? {
        guard let head = try? firstBytes(2 * Self.digits + 1), head.prefix(Self.digits).elementsEqual(statusRecord)
        else { return nil }
        return ContentDigest(hexadecimal: String(decoding: head.suffix(Self.digits), as: UTF8.self))
    }

    private func firstBytes(_ count: Int) throws -> [UInt8] {
        let descriptor = try FileDescriptor.open(place.path, .readOnly, options: [.closeOnExec])
        return try descriptor.closeAfter {
            try [UInt8](unsafeUninitializedCapacity: count) { buffer, read in
                read = try descriptor.read(into: UnsafeMutableRawBufferPointer(buffer))
            }
        }
    }

    /// The digests of the files in their status; empty where nothing is remembered.
    func files() -> [Key: ContentDigest] {
        guard let bytes = (try? readIfPresent(place.path)) ?? nil else { return [:] }
        let fields = bytes.split(separator: 0, omittingEmptySubsequences: false).dropFirst()
        var files: [Key: ContentDigest] = [:]
        var rest = fields[...]
        while rest.count >= 3 {
            let record = rest.prefix(3).map { String(decoding: $0, as: UTF8.self) }
            rest = rest.dropFirst(3)
            files[Key(name: record[0], status: record[1])] = ContentDigest(hexadecimal: record[2])
        }
        return files
    }

    /// The file's content.
    ///
    /// - Parameters:
    ///   - statusRecord: nil where the status proves nothing, because a file changed too recently.
    ///   - files: those whose status proves their content.
    static func bytes(_ statusRecord: [UInt8]?, _ digest: ContentDigest, _ files: [Key: ContentDigest]) -> [UInt8] {
        var bytes = statusRecord ?? Array(repeating: UInt8(ascii: "-"), count: digits)
        bytes.append(UInt8(ascii: " "))
        bytes += digest.hexadecimal.utf8
        bytes.append(0)
        for (key, digest) in files {
            for field in [key.name, key.status, digest.hexadecimal] {
                bytes += field.utf8
                bytes.append(0)
            }
        }
        return bytes
    }

    private static let digits = 64
}
