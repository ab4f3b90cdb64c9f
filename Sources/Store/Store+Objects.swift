package import SystemPackage

/// An artifact in the store, found whole.
package struct StoredObject: Sendable, Hashable {
    package let digest: ContentDigest
    /// The folder with the artifact's files. It is read-only and stays as it is.
    package let path: FilePath
}

/// What the store has under an object's name.
package enum ObjectState: Sendable, Hashable {
    case intact(StoredObject)
    case missing
    /// Its content is not what its name says: what is wrong, in words.
    case damaged(String)
}

extension Store {
    // MARK: Reading

    /// The artifact with a digest, if it is in the store and whole.
    ///
    /// Costs a look at each file's status; where one differs from when the object was last found whole, all of it is
    /// digested again.
    ///
    /// - Throws: ``StoreError`` where the object is there and cannot be read.
    package func object(_ digest: ContentDigest) throws -> ObjectState {
        try object(digest, trustsStatus: true)
    }

    /// Digests an artifact's files again, whatever their status says.
    ///
    /// - Throws: ``StoreError`` where the object is there and cannot be read.
    package func verify(_ digest: ContentDigest) throws -> ObjectState {
        try object(digest, trustsStatus: false)
    }

    private func object(_ digest: ContentDigest, trustsStatus: Bool) throws -> ObjectState {
        let parts = ObjectParts(layout.object(digest).path)
        let object = StoredObject(digest: digest, path: parts.files)
        if trustsStatus, let record = try readIfPresent(parts.checked), StatusRecord.holds(record, in: parts.folder) {
            return .intact(object)
        }
        guard let manifestBytes = try readIfPresent(parts.manifest) else {
            let isThere = (try? parts.folder.stat()) != nil
            return isThere ? .damaged("its manifest is missing") : .missing
        }
        guard ContentDigest(of: manifestBytes) == digest else { return .damaged("its manifest was changed") }
        do {
            let tree = try FileTree(parts.files, links: .refused)
            guard let manifest = Manifest(bytes: manifestBytes) else { return .damaged("its manifest was changed") }
            // Who may only read checks again each time.
            try? freeze(tree)
            return try verify(object, manifest, parts)
        } catch let error as StoreError where error.kind == .system(.noSuchFileOrDirectory) {
            return .damaged("its files are missing")
        } catch let error as StoreError where error.kind == .content {
            return .damaged(error.message)
        }
    }

    private func verify(_ object: StoredObject, _ manifest: Manifest, _ parts: ObjectParts) throws -> ObjectState {
        let tree = try FileTree(parts.files, links: .refused)
        if let damage = Self.damage(of: tree, against: manifest) { return .damaged(damage) }
        for (digest, expected) in zip(try digests(of: tree), manifest.files) where digest != expected.digest {
            return .damaged("the content of its file `\(expected.path)` was changed")
        }
        // A torn record equals none, and costs no more than reading the object.
        try? writeChecked(parts, tree)
        return .intact(object)
    }

    private func writeChecked(_ parts: ObjectParts, _ tree: FileTree) throws {
        let record = try StatusRecord.make(parts.manifest, tree, in: parts.folder)
        try operations.writeFile(parts.checked, record, durably: false)
    }

    /// What differs from the manifest in names and sizes, nil if nothing does.
    private static func damage(of tree: FileTree, against manifest: Manifest) -> String? {
        let found = Set(tree.files.map { Array($0.name.utf8) })
        if let file = manifest.files.first(where: { !found.contains(Array($0.path.utf8)) }) {
            return "its file `\(file.path)` is missing"
        }
        let expected = Set(manifest.files.map { Array($0.path.utf8) })
        if let file = tree.files.first(where: { !expected.contains(Array($0.name.utf8)) }) {
            return "`\(file.name)` was added to it"
        }
        // Both are sorted the same way.
        for (file, expected) in zip(tree.files, manifest.files) where file.status.size != expected.size {
            return "its file `\(file.name)` has \(file.status.size) bytes, not \(expected.size)"
        }
        return nil
    }

    /// The digests of a tree's files, in their order, and with them the certainty that the tree's status is theirs.
    private func digests(of tree: FileTree) throws -> [ContentDigest] {
        let hashed = try hashFiles(tree.files.map(\.path))
        if let (file, _) = zip(tree.files, hashed).first(where: { $0.status != $1.status }) {
            throw StoreError(
                .changing, "\(file.path) changes while it is read", help: "run again when nothing writes to it any more"
            )
        }
        return hashed.map(\.digest)
    }

    /// What differs between two manifests, in words.
    private static func difference(of manifest: Manifest, from expected: Manifest) -> String {
        let found = Dictionary(manifest.files.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
        for file in expected.files {
            guard let there = found[file.path] else { return "its file `\(file.path)` is missing" }
            if there.size != file.size {
                return "its file `\(file.path)` has \(there.size) bytes, not \(file.size)"
            }
            if there.digest != file.digest { return "the content of its file `\(file.path)` was changed" }
        }
        return "files were added to it"
    }

    private func freeze(_ tree: FileTree) throws {
        for file in tree.files { try operations.freeze(file.path, file.permissions, isFolder: false) }
    }

    /// Moves an object that is damaged out of the way, so that it can be computed anew. Keeps it for a look.
    package func setAside(_ digest: ContentDigest) throws {
        let folder = layout.damaged
        try operations.createFolder(folder)
        do {
            try operations.rename(layout.object(digest).path, to: folder.appending("\(digest.short)-\(uniqueName())"))
        } catch let error as StoreError where error.kind == .system(.noSuchFileOrDirectory) {
            // Another process did it.
        }
    }

    /// What an artifact holds, nil if it is not in the store.
    package func manifest(of digest: ContentDigest) throws -> Manifest? {
        try readIfPresent(ObjectParts(layout.object(digest).path).manifest).flatMap { Manifest(bytes: $0) }
    }

    // MARK: Writing

    /// Takes a folder into the store: afterwards its content is the object of the digest that is returned, and the
    /// folder is gone. The folder must lie on the store's file system, and nothing may write to it any more.
    ///
    /// If the store has that object already, whole, it stays and the folder is removed. After an error the folder
    /// is where it was, or its content nowhere.
    ///
    /// - Throws: ``StoreError``: a link or device in the folder, or what the operating system refuses.
    package func insert(directory: FilePath) throws -> StoredObject {
        try insert(directory: directory, expecting: nil)
    }

    /// - Parameter expected: what the folder must hold; nil where anything will do.
    func insert(directory: FilePath, expecting expected: Manifest?) throws -> StoredObject {
        let writable = try FileTree(directory, links: .refused)
        guard let top = writable.folders.first else {
            throw StoreError(
                .content, "\(directory) is a file, and an artifact is a folder", help: "put it into a folder")
        }
        // Frozen before they are read: a digest of what can still be written to would prove nothing.
        try freeze(writable)
        let tree = try FileTree(directory, links: .refused)
        let manifest = Manifest(
            files: zip(tree.files, try digests(of: tree)).map { file, digest in
                Manifest.File(path: file.name, size: file.status.size, digest: digest)
            })
        let digest = manifest.digest
        if let expected, manifest != expected {
            throw StoreError(.content, Self.difference(of: manifest, from: expected))
        }

        if let existing = try existingObject(digest) {
            try discard(directory)
            return existing
        }

        let draft = ObjectParts(try scratch.newPath())
        try operations.createFolder(draft.folder)
        do {
            try operations.writeFile(draft.manifest, manifest.bytes, durably: false)
            for folder in tree.folders.reversed() where folder.path != top.path {
                try operations.freeze(folder.path, folder.permissions, isFolder: true)
            }
            try operations.rename(directory, to: draft.files)
            // Only now: a folder that cannot be written to cannot be moved either.
            try operations.freeze(draft.files, top.permissions, isFolder: true)
            let moved = try FileTree(draft.files, links: .refused)
            guard moved.files.map(\.status) == tree.files.map(\.status) else {
                throw StoreError(.changing, "\(directory) changed while it was taken into the store")
            }
            try writeChecked(draft, moved)
            // All of it is on the disk before it has its name.
            try operations.sync(
                moved.files.map(\.path) + moved.folders.map(\.path) + [draft.manifest, draft.folder])
            return try publish(draft, as: digest)
        } catch {
            try? operations.remove(draft.folder)
            throw error
        }
    }

    /// Gives an object its name, which is on the disk once a trace that names it is. Where another process was faster,
    /// its object stays.
    private func publish(_ draft: ObjectParts, as digest: ContentDigest) throws -> StoredObject {
        let place = layout.object(digest)
        try makeShelf(place)
        while true {
            do {
                try operations.rename(draft.folder, to: place.path)
                return StoredObject(digest: digest, path: ObjectParts(place.path).files)
            } catch let error as StoreError
                where [.system(.directoryNotEmpty), .system(.fileExists)].contains(error.kind)
            {
                guard let existing = try existingObject(digest) else { continue }
                try operations.remove(draft.folder)
                return existing
            }
        }
    }

    /// The object if it is in the store and whole; a damaged one is set aside.
    private func existingObject(_ digest: ContentDigest) throws -> StoredObject? {
        // As with traces: no collection removes what is found here.
        operations.touch(layout.object(digest).path)
        switch try object(digest) {
        case .intact(let object): return object
        case .missing: return nil
        case .damaged:
            try setAside(digest)
            return nil
        }
    }

    /// Removes a folder so that it is gone at once, whatever time its files take.
    func discard(_ path: FilePath) throws {
        let doomed = try scratch.newPath()
        do {
            try operations.rename(path, to: doomed)
        } catch let error as StoreError where error.kind == .system(.noSuchFileOrDirectory) {
            return
        }
        try operations.remove(doomed)
    }
}

/// The parts of an object's folder.
private struct ObjectParts {
    let folder: FilePath

    init(_ folder: FilePath) {
        self.folder = folder
    }

    var files: FilePath { folder.appending("files") }
    var manifest: FilePath { folder.appending("manifest") }
    /// The files' status when they were last found whole.
    var checked: FilePath { folder.appending("checked") }
}
