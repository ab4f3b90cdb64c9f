import Crypto
import Foundation
import JSONValues
import StageInterface

/// A file that is not whole yet, and what allows going on with it in another process.
final class PartialFile {
    /// What the server said of the content, so that a rest fits its beginning.
    struct Origin: Hashable {
        var tag: String?
        /// All of it, in bytes.
        var total: Int?
        /// 64 hexadecimal digits.
        var sha256: String?
    }

    private let file: URL
    private let record: URL
    private let handle: FileHandle
    private var hasher: SHA256
    /// The bytes that are there.
    private(set) var count: Int
    private(set) var origin: Origin

    /// Opens what an earlier process left, or begins anew.
    ///
    /// - Parameter shouldStop: reading what is there again, for its digest, may take a while.
    init(_ file: URL, shouldStop: () -> Bool) throws {
        self.file = file
        record = file.appendingPathExtension("json")
        origin = Origin()
        if let data = FileManager.default.contents(atPath: record.path), let json = try? JSONValue(parsing: data) {
            origin = Origin(
                tag: json["tag"].stringValue, total: json["total"].intValue, sha256: json["sha256"].stringValue)
        } else {
            // Bytes of which nothing is known fit nothing.
            try? FileManager.default.removeItem(at: file)
        }
        if !FileManager.default.fileExists(atPath: file.path) { try Data().write(to: file) }
        handle = try FileHandle(forUpdating: file)
        hasher = SHA256()
        count = 0
        while !shouldStop(), let data = try handle.read(upToCount: 1 << 20), !data.isEmpty {
            hasher.update(data: data)
            count += data.count
        }
    }

    /// The digest of what is there.
    var digest: String {
        hasher.finalize().map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }

    func append(_ bytes: UnsafeRawBufferPointer) throws {
        do {
            try handle.write(contentsOf: bytes)
        } catch {
            throw StageFailure(
                "can't write \(file.path): \(error.localizedDescription)",
                help: "make room, and run again: it goes on from there")
        }
        hasher.update(bufferPointer: bytes)
        count += bytes.count
    }

    /// Drops what is there.
    func clear() throws {
        try handle.truncate(atOffset: 0)
        try handle.seek(toOffset: 0)
        hasher = SHA256()
        count = 0
        origin = Origin()
        try? FileManager.default.removeItem(at: record)
    }

    /// Notes what the server said, before any byte of it is kept.
    func note(_ origin: Origin) throws {
        guard origin != self.origin || !FileManager.default.fileExists(atPath: record.path) else { return }
        self.origin = origin
        let json: JSONValue = [
            "tag": origin.tag.map(JSONValue.string) ?? .null, "total": origin.total.map(JSONValue.int) ?? .null,
            "sha256": origin.sha256.map(JSONValue.string) ?? .null,
        ]
        try Data(try json.canonical.utf8).write(to: record, options: .atomic)
    }

    /// Gives the file its name.
    func finish(as destination: URL) throws {
        try handle.close()
        try FileManager.default.createDirectory(
            at: destination.deletingLastPathComponent(), withIntermediateDirectories: true)
        try FileManager.default.moveItem(at: file, to: destination)
        try? FileManager.default.removeItem(at: record)
    }
}
