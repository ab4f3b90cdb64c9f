import JSONValues
package import SystemPackage

/// What passes between this store and another place that has the same layout.
extension Store {
    /// The names of the files of a result in a store, from its folder, `/` between the parts.
    package enum Names {
        package static let format = "format"

        package static func trace(_ key: StoreKey) -> String {
            "traces/\(key.hexadecimal.prefix(2))/\(key.hexadecimal).json"
        }

        package static func manifest(_ digest: ContentDigest) -> String { object(digest) + "/manifest" }

        /// - Parameter path: from the artifact's folder.
        package static func file(_ path: String, of digest: ContentDigest) -> String {
            object(digest) + "/files/" + path
        }

        /// The folder with the artifact's files.
        package static func files(_ digest: ContentDigest) -> String { object(digest) + "/files" }

        private static func object(_ digest: ContentDigest) -> String {
            "objects/\(digest.hexadecimal.prefix(2))/\(digest.hexadecimal)"
        }
    }

    /// Whether a file `format` is of a layout that this code reads.
    package static func reads(format: some Collection<UInt8>) -> Bool {
        let text = String(decoding: format.prefix(32), as: UTF8.self)
        return Int(text.prefix { $0 != "\n" }).map { (1...formatVersion).contains($0) } ?? false
    }

    /// What is recorded of a computation, as another place has it: nil unless it is a record of that very key.
    package static func trace(for key: StoreKey, from bytes: [UInt8]) -> Trace? {
        guard let json = try? JSONValue(parsing: bytes), let trace = Trace(json: json), trace.key == key else {
            return nil
        }
        return trace
    }

    /// An empty folder on the store's file system, for what is not verified yet. What is left in it when the process
    /// ends is removed by another one.
    ///
    /// - Throws: ``StoreError``.
    package func makeScratchFolder() throws -> FilePath {
        let folder = try scratch.newPath()
        try operations.createFolder(folder)
        return folder
    }

    /// Removes such a folder, or something in it.
    package func removeScratch(_ path: FilePath) { try? operations.remove(path) }

    /// Takes a folder of another place into the store, if it is what a manifest says.
    ///
    /// - Throws: as ``insert(directory:)``; ``StoreError`` of kind `content` for other content.
    package func receive(directory: FilePath, as manifest: Manifest) throws -> StoredObject {
        try insert(directory: directory, expecting: manifest)
    }

    /// Records a computation of another place, whose outputs were received before.
    ///
    /// - Throws: as ``record(_:under:)``.
    package func receive(_ trace: Trace) throws {
        try publish(trace)
    }
}
