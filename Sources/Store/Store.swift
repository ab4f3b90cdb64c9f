import Glibc
package import SystemPackage

/// The results of a project's stages, by what they were computed from.
///
/// An *object* is an artifact, named by the digest of its content; a *trace* says which objects a computation gave,
/// named by the digest of all that the computation depended on (a constructive trace, as in Mokhov, Mitchell and
/// Peyton Jones, "Build Systems à la Carte", 2018).
///
/// ```
/// .peft-pipeline/
///   format                      the version of this layout
///   objects/ab/abcd…/           manifest, files/ (read-only), checked
///   traces/12/1234….json        components of the key, outputs' digests, metrics
///   work/KEY/                   a computation under way: its outputs, its checkpoints
///   locks/KEY.lock              who computes it now
///   digests/abcd…               what the inputs in a folder were last digested to
///   runs/RUN.ndjson             what happened, run by run; RUN.lock beside it while the run lives
///   runs/RUN/STAGE.log          what a stage's worker printed
///   history/abcd….ndjson        which key each stage of a pipeline had last
///   damaged/                    objects that no longer were what their names say
///   tmp/                        things without a name yet
/// ```
///
/// Everything gets its final name by one rename, after its bytes are on the disk, and a trace is written after the
/// objects that it names. So a process may be killed, or the machine lose power, at any moment: what is found under
/// a final name is whole. Locks only save work; where they are missing, the rename decides.
///
/// Calls block on the disk. Nothing that a run with nothing to do calls lists a folder that grows with use.
package struct Store: Sendable {
    /// The version of the layout that this code reads and writes.
    package static let formatVersion = 1

    /// The store's folder.
    package var root: FilePath { layout.root }

    let layout: StoreLayout
    let operations: FileOperations
    let scratch: ScratchSpace
    let digestTables: DigestTables

    /// Opens the store in the folder `root`, or makes one there.
    ///
    /// - Parameter faultPoint: called around every change to the disk; for tests.
    /// - Throws: ``StoreError`` if the folder holds a store of a newer version or something else, or cannot be made.
    package init(at root: FilePath, faultPoint: FaultPoint? = KillPoint.faultPoint) throws {
        layout = StoreLayout(root: root)
        operations = FileOperations(faultPoint: faultPoint)
        digestTables = DigestTables(layout: layout, operations: operations)
        scratch = ScratchSpace(root: layout.scratch, operations: operations) { [layout, operations] in
            Self.removeFinishedWork(layout, operations)
        }
        if let format = try readIfPresent(layout.format.path) {
            try check(format)
        } else {
            try create()
        }
    }

    private func check(_ format: [UInt8]) throws {
        let text = String(decoding: format.prefix(32), as: UTF8.self)
        guard let version = Int(text.prefix { $0 != "\n" }), version > 0 else {
            throw StoreError(
                .format, "\(root) is not a store of results: its file `format` has no version",
                help: "move the folder away, or name another")
        }
        guard version <= Self.formatVersion else {
            throw StoreError(
                .format,
                "\(root) was written by a newer version of peft-pipeline (format \(version); this one reads up to "
                    + "\(Self.formatVersion))",
                help: "update peft-pipeline, or name another folder")
        }
    }

    private func create() throws {
        let draft = Set([layout.scratch.lastComponent?.string, layout.gitIgnore.name])
        if let names = try? FileTree.names(in: root), !Set(names.map(\.string)).isSubset(of: draft) {
            // Another process may just have made it.
            if let format = try readIfPresent(layout.format.path) { return try check(format) }
            throw StoreError(
                .format, "\(root) is not a store of results: it is not empty and has no file `format`",
                help: "move the folder away, or name another")
        }
        try operations.createFolder(root)
        // Results are not sources; who keeps the project in git need not say so.
        try publish(Array("*\n".utf8), at: layout.gitIgnore)
        try publish(Array("\(Self.formatVersion)\n".utf8), at: layout.format)
    }

    // MARK: Files of the store

    /// Writes a file that is there whole or not at all, replacing one of that name.
    ///
    /// - Parameters:
    ///   - folders: whose names must be on the disk before the file has its own.
    ///   - durably: whether the file is on the disk when this returns.
    func publish(
        _ bytes: [UInt8], at place: StoreLayout.Place, after folders: Set<FilePath> = [], durably: Bool = true
    ) throws {
        let draft = try scratch.newPath()
        do {
            try operations.writeFile(draft, bytes, durably: durably && folders.isEmpty)
            if !folders.isEmpty { try operations.sync([draft] + folders.sorted { $0.string < $1.string }) }
            try makeShelf(place)
            try operations.rename(draft, to: place.path)
            if durably { try operations.sync(place.folder) }
        } catch {
            try? operations.remove(draft)
            throw error
        }
    }

    /// Makes the folder of a place, one of the few that stay, so that it is on the disk.
    func makeShelf(_ place: StoreLayout.Place) throws {
        guard try operations.createFolder(place.folder) else { return }
        try operations.sync([place.folder.removingLastComponent(), root])
    }
}

/// The bytes of a file, nil if there is none.
func readIfPresent(_ path: FilePath) throws -> [UInt8]? {
    try refused("read", path) {
        let descriptor: FileDescriptor
        do {
            descriptor = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec])
        } catch Errno.noSuchFileOrDirectory, Errno.notDirectory {
            return nil
        }
        return try descriptor.closeAfter { try readAll(descriptor) }
    }
}

private func readAll(_ descriptor: FileDescriptor) throws -> [UInt8] {
    var bytes: [UInt8] = []
    // One more than the size tells the end in one read.
    var capacity = Int(try descriptor.stat().size) + 1
    while true {
        let part = try [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            count = try descriptor.read(into: UnsafeMutableRawBufferPointer(buffer))
        }
        let isLast = part.count < capacity
        if bytes.isEmpty { bytes = part } else { bytes += part }
        // A plain file gives less than is asked for at its end only.
        if isLast { return bytes }
        capacity = 4096
    }
}
