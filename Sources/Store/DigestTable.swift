import Foundation
import Glibc
import Synchronization
import SystemPackage

/// What the files of one folder were last digested to: a file of the store that grows at its end.
///
/// A record is a line of digits, a name, and a zero byte. One that a crash tore, or that another process wrote in the midst
/// of, has no name of a file or no digest, and is none: the file is digested again. So nothing here has to be durable or
/// locked.
struct DigestTable {
    private struct Entry {
        let status: StatusNumbers
        let digest: ContentDigest
    }

    private let place: StoreLayout.Place
    private var entries: [String: Entry] = [:]
    private var recordCount = 0

    /// Reads the table; what can't be read is empty.
    init(_ place: StoreLayout.Place) {
        self.place = place
        guard let bytes = (try? readIfPresent(place.path)) ?? nil else { return }
        var start = 0
        bytes.withUnsafeBytes { bytes in
            for end in bytes.indices where bytes[end] == 0 {
                read(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
                start = end + 1
            }
        }
    }

    /// The digest of a file, if its status is still what it was.
    func digest(of name: String, _ status: FileStatus) -> ContentDigest? {
        guard let entry = entries[name], entry.status == StatusNumbers(status) else { return nil }
        return entry.digest
    }

    /// Remembers a digest. Where it can't be written down, the next run reads the file again, which is slow and right.
    mutating func remember(_ name: String, _ status: FileStatus, _ digest: ContentDigest, _ operations: FileOperations)
    {
        recordCount += 1
        let entry = Entry(status: StatusNumbers(status), digest: digest)
        entries[name] = entry
        try? append(Self.record(name, entry), operations)
    }

    private func append(_ record: [UInt8], _ operations: FileOperations) throws {
        try operations.createFolder(place.folder)
        let descriptor = try FileDescriptor.open(
            place.path, .writeOnly, options: [.append, .create, .closeOnExec],
            permissions: FilePermissions(rawValue: 0o666))
        try descriptor.closeAfter { try operations.write(record, to: descriptor, at: place.path) }
    }

    // MARK: - Growth

    /// What to write in its place, where most records are of what files were before; nil while it is worth nothing.
    var compacted: [UInt8]? {
        guard recordCount > 2 * entries.count + 256 else { return nil }
        return entries.sorted { $0.key < $1.key }.flatMap { Self.record($0, $1) }
    }

    // MARK: - Records

    private static func record(_ name: String, _ entry: Entry) -> [UInt8] {
        Array("\(entry.digest.hexadecimal) \(entry.status.line) \(name)\u{0}".utf8)
    }

    private mutating func read(_ record: UnsafeRawBufferPointer) {
        guard record.count > 72, record[64] == UInt8(ascii: " "),
            let digest = ContentDigest(
                hexadecimal: String(decoding: UnsafeRawBufferPointer(rebasing: record[..<64]), as: UTF8.self))
        else { return }
        var position = 65
        guard let status = StatusNumbers(reading: record, at: &position) else { return }
        recordCount += 1
        let name = String(decoding: UnsafeRawBufferPointer(rebasing: record[position...]), as: UTF8.self)
        entries[name] = Entry(status: status, digest: digest)
    }
}

/// The tables of a store that this process has looked at.
final class DigestTables: Sendable {
    private let layout: StoreLayout
    private let operations: FileOperations
    private let tables = Mutex([FilePath: DigestTable]())

    init(layout: StoreLayout, operations: FileOperations) {
        self.layout = layout
        self.operations = operations
    }

    /// - Parameter folder: absolute.
    func digest(of name: String, in folder: FilePath, _ status: FileStatus) -> ContentDigest? {
        withTable(of: folder) { $0.digest(of: name, status) }
    }

    func remember(_ name: String, in folder: FilePath, _ status: FileStatus, _ digest: ContentDigest) {
        withTable(of: folder) { $0.remember(name, status, digest, operations) }
    }

    private func withTable<Result>(of folder: FilePath, _ body: (inout DigestTable) -> Result) -> Result {
        tables.withLock { tables in
            if tables[folder] == nil { tables[folder] = open(layout.digestTable(of: folder)) }
            return body(&tables[folder, default: DigestTable(layout.digestTable(of: folder))])
        }
    }

    /// Opens a table, and writes it anew where it has grown for nothing.
    private func open(_ place: StoreLayout.Place) -> DigestTable {
        let table = DigestTable(place)
        guard let bytes = table.compacted else { return table }
        let draft = place.folder.appending("\(place.name).\(uniqueName())")
        do {
            try operations.writeFile(draft, bytes, durably: false)
            try operations.rename(draft, to: place.path)
        } catch {
            try? operations.remove(draft)
        }
        return DigestTable(place)
    }
}
