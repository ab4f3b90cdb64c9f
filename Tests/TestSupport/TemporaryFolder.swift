package import Foundation

/// A folder that is there for the time of a body, and gone afterwards.
///
/// ```swift
/// try withTemporaryFolder { folder in try Data("a\n".utf8).write(to: folder.appending(path: "a.txt")) }
/// ```
///
/// - Parameter inMemory: where there is a file system in memory, the folder is there: for tests that write to a store
///   so often that they would wait for the disk.
package func withTemporaryFolder<Result>(inMemory: Bool = false, _ body: (URL) throws -> Result) throws -> Result {
    let folder = try makeTemporaryFolder(inMemory: inMemory)
    defer { removeTemporaryFolder(folder) }
    return try body(folder)
}

/// As above, for a body that waits.
package func withTemporaryFolder<Result>(
    inMemory: Bool = false, isolation: isolated (any Actor)? = #isolation, _ body: (URL) async throws -> Result
) async throws -> Result {
    let folder = try makeTemporaryFolder(inMemory: inMemory)
    defer { removeTemporaryFolder(folder) }
    return try await body(folder)
}

private func makeTemporaryFolder(inMemory: Bool) throws -> URL {
    let memory = "/dev/shm"
    let parent =
        inMemory && FileManager.default.isWritableFile(atPath: memory)
        ? URL(filePath: memory) : FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
    let folder = parent.appending(path: "peft-pipeline-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
}

/// Objects of a store are read-only, so their folders are made writable first.
private func removeTemporaryFolder(_ folder: URL) {
    let files = FileManager.default
    for case let url as URL in files.enumerator(at: folder, includingPropertiesForKeys: nil) ?? .init() {
        try? files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: url.path)
    }
    try? files.removeItem(at: folder)
}
