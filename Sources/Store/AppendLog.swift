import Glibc
import JSONValues
import SystemPackage

/// A file of JSON values, one a line, that only grows at its end. Several processes may append at once.
struct AppendLog: Sendable {
    let place: StoreLayout.Place
    let operations: FileOperations

    var path: FilePath { place.path }

    /// Appends values in one write: after a crash each line is whole, but for the last.
    func append(_ values: [JSONValue]) throws {
        guard !values.isEmpty else { return }
        var bytes: [UInt8] = []
        for value in values {
            bytes += try value.canonical.utf8
            bytes.append(UInt8(ascii: "\n"))
        }
        let descriptor = try open()
        try descriptor.closeAfter {
            if try endsTorn(descriptor) { bytes.insert(UInt8(ascii: "\n"), at: 0) }
            try operations.write(bytes, to: descriptor, at: path)
        }
    }

    private func open() throws -> FileDescriptor {
        func open() throws -> FileDescriptor {
            try FileDescriptor.open(
                path, .readWrite, options: [.append, .create, .closeOnExec],
                permissions: FilePermissions(rawValue: 0o666))
        }
        return try refused("write", path) {
            do {
                return try open()
            } catch Errno.noSuchFileOrDirectory {
                try operations.createFolder(place.folder)
                return try open()
            }
        }
    }

    /// Whether a line without an end stands last, as a process that was killed leaves it.
    private func endsTorn(_ descriptor: FileDescriptor) throws -> Bool {
        try refused("read", path) {
            let size = try descriptor.stat().size
            guard size > 0 else { return false }
            var last: UInt8 = 0
            let count = try withUnsafeMutableBytes(of: &last) {
                try descriptor.read(fromAbsoluteOffset: size - 1, into: $0)
            }
            return count == 1 && last != UInt8(ascii: "\n")
        }
    }

    /// All whole lines. Those that a crash tore are left out; no file is no lines.
    func values() throws -> [JSONValue] {
        let bytes = try readIfPresent(path) ?? []
        return bytes.split(separator: UInt8(ascii: "\n")).compactMap { try? JSONValue(parsing: Array($0)) }
    }
}
