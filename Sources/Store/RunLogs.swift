import Glibc
package import SystemPackage

extension Store {
    /// More than this of what a stage printed is not kept: its beginning and its end are, in bytes.
    package static let largestLog = 1 << 20

    /// The file for what a stage's worker prints in a run, beside the run's journal. It outlives the work folder.
    package func logFile(of stage: String, run: String) -> FilePath {
        layout.logs(of: run).appending(stage + ".log")
    }

    /// Makes the folder of a run's logs, and says where a stage's belongs.
    ///
    /// - Throws: ``StoreError``.
    package func beginLog(of stage: String, run: String) throws -> FilePath {
        let file = logFile(of: stage, run: run)
        try operations.createFolder(file.removingLastComponent())
        return file
    }

    /// Cuts a log that is too large, and removes an empty one.
    ///
    /// - Parameter limit: in bytes.
    /// - Throws: ``StoreError``.
    package func endLog(of stage: String, run: String, limit: Int = largestLog) throws {
        let file = logFile(of: stage, run: run)
        guard let size = try? Int(file.stat().size) else { return }
        if size == 0 {
            try operations.remove(file)
        } else if size > limit {
            try publish(
                try shortened(file, size, limit),
                at: StoreLayout.Place(folder: file.removingLastComponent(), name: stage + ".log"), durably: false)
        }
    }

    /// What a stage's worker printed in a run; nil if nothing, or it is no longer kept. Of a log that is too large, as
    /// of a stage under way, its beginning and its end.
    ///
    /// - Throws: ``StoreError``.
    package func log(of stage: String, run: String) throws -> String? {
        let file = logFile(of: stage, run: run)
        guard let size = try? Int(file.stat().size), size > 0 else { return nil }
        let bytes = size > Self.largestLog ? try shortened(file, size, Self.largestLog) : try readIfPresent(file) ?? []
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A quarter of `limit` from the beginning, and the rest from the end.
    private func shortened(_ file: FilePath, _ size: Int, _ limit: Int) throws -> [UInt8] {
        let head = limit / 4
        let tail = limit - head
        return try refused("read", file) {
            let descriptor = try FileDescriptor.open(file, .readOnly, options: [.closeOnExec])
            return try descriptor.closeAfter {
                func part(_ offset: Int, _ count: Int) throws -> [UInt8] {
                    try [UInt8](unsafeUninitializedCapacity: count) { buffer, read in
                        read = try descriptor.read(
                            fromAbsoluteOffset: Int64(offset), into: UnsafeMutableRawBufferPointer(buffer))
                    }
                }
                let words = "\n[… \(size - limit) bytes are left out …]\n"
                return try part(0, head) + Array(words.utf8) + part(size - tail, tail)
            }
        }
    }
}
