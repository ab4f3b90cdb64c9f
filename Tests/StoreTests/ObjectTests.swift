import Foundation
import JSONValues
import Store
import SystemPackage
import Testing

@Suite("Objects")
struct ObjectTests {
    let folder: TemporaryFolder
    let store: Store
    let files = ["adapter.txt": "weights", "nested/config.json": "{}", "é": ""]

    init() throws {
        folder = try TemporaryFolder()
        store = try Store(at: folder.path.appending("store"))
    }

    /// Takes files into the store by way of a folder of their own.
    func insert(_ files: [String: String], as name: String = "output") throws -> StoredObject {
        let directory = folder.path.appending(name)
        try FileManager.default.createDirectory(atPath: directory.string, withIntermediateDirectories: true)
        try TemporaryFolder.write(files, in: directory)
        return try store.insert(directory: directory)
    }

    /// From ManifestDigest.py.
    @Test("an artifact's digest is that of its manifest")
    func golden() throws {
        #expect(
            try insert(files).digest.hexadecimal == "28aa6c53113149fd1f893cdb0d647d9fed80bc2180e11198fb557b5fdb43bd4c")
    }

    @Test("modes, times, empty folders and the umask are not in the digest, and content and names are")
    func whatCounts() throws {
        let digest = try insert(files).digest

        let directory = folder.path.appending("other")
        try folder.write(Dictionary(uniqueKeysWithValues: files.map { ("other/\($0)", $1) }))
        try FileManager.default.createDirectory(
            atPath: directory.appending("empty").string, withIntermediateDirectories: false)
        // As a user with another umask writes them: the mask itself belongs to the process, in which other tests run.
        for (name, permissions) in [("nested", 0o700), ("empty", 0o700), ("nested/config.json", 0o600), ("é", 0o600)] {
            try FileManager.default.setAttributes(
                [.posixPermissions: permissions], ofItemAtPath: directory.string + "/" + name)
        }
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o755, .modificationDate: Date(timeIntervalSince1970: 0)],
            ofItemAtPath: directory.appending("adapter.txt").string)
        #expect(try store.insert(directory: directory).digest == digest)

        #expect(try insert(["adapter.txt": "weight", "nested/config.json": "{}", "é": ""]).digest != digest)
        #expect(try insert(["adapter2.txt": "weights", "nested/config.json": "{}", "é": ""]).digest != digest)
        #expect(try insert(["adapter.txt": "weights", "config.json": "{}", "é": ""]).digest != digest)
    }

    @Test("an empty folder is an artifact too")
    func empty() throws {
        let object = try insert([:])
        #expect(try store.object(object.digest) == .intact(object))
        #expect(try store.manifest(of: object.digest)?.size == 0)
    }

    @Test("an artifact of many files is taken in whole")
    func manyFiles() throws {
        let files = Dictionary(uniqueKeysWithValues: (0..<200).map { ("\($0 % 7)/\($0)", "\($0)") })
        let object = try insert(files)
        #expect(try store.verify(object.digest) == .intact(object))
        #expect(try store.manifest(of: object.digest)?.files.count == 200)
    }

    @Test("a name that is not UTF-8 is refused, and the folder can be removed all the same")
    func nameEncoding() async throws {
        let lock = try await store.lock(StoreKey(components: 1), run: "test")
        let work = try store.workFolder(under: lock)
        let descriptor = [CChar(bitPattern: 0xFF), 0].withUnsafeBufferPointer { name in
            name.baseAddress.flatMap(FilePath.Component.init(platformString:)).map { work.appending($0) }
        }
        let file = try #require(descriptor)
        try FileDescriptor.open(file, .writeOnly, options: .create, permissions: .ownerReadWrite).close()
        let error = #expect(throws: StoreError.self) { try store.insert(directory: work) }
        #expect(error?.message == "a name in \(work) is not UTF-8")
        try store.discardWork(under: lock)
        #expect(!FileManager.default.fileExists(atPath: work.string))
    }

    @Test("the folder is moved into the store and made read-only")
    func readOnly() throws {
        let object = try insert(files)
        #expect(!FileManager.default.fileExists(atPath: folder.path.appending("output").string))
        for path in [object.path, object.path.appending("nested"), object.path.appending("adapter.txt")] {
            let permissions = try path.stat().permissions
            #expect(permissions.isDisjoint(with: [.ownerWrite, .groupWrite, .otherWrite]), "\(path)")
        }
        #expect(try object.path.appending("adapter.txt").stat().permissions.contains([.ownerRead, .groupRead]))
    }

    @Test("the same artifact inserted again is one object")
    func again() throws {
        let first = try insert(files)
        let inode = try first.path.stat().inode
        let second = try insert(files)
        #expect(first == second)
        #expect(try second.path.stat().inode == inode)
        #expect(!FileManager.default.fileExists(atPath: folder.path.appending("output").string))
    }

    @Test("many tasks that insert the same artifacts at once all succeed")
    func concurrent() async throws {
        let digests = try await withThrowingTaskGroup(of: ContentDigest.self) { group in
            for index in 0..<48 {
                group.addTask { try insert(["weights": "artifact \(index % 4)"], as: "output-\(index)").digest }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(digests.count == 4)
        #expect(try Set(store.allObjects()) == digests)
        for digest in digests {
            guard case .intact = try store.verify(digest) else {
                Issue.record("\(digest) is not whole")
                continue
            }
        }
    }

    @Test("what an artifact cannot hold is refused, and the folder stays", arguments: ["link", "pipe"])
    func refused(kind: String) throws {
        try folder.write(["output/adapter.txt": "weights"])
        let odd = folder.path.pushing("output/odd")
        if kind == "link" {
            try FileManager.default.createSymbolicLink(atPath: odd.string, withDestinationPath: "/etc/passwd")
        } else {
            #expect(mkfifo(odd.string, 0o600) == 0)
        }
        let error = #expect(throws: StoreError.self) { try store.insert(directory: folder.path.appending("output")) }
        #expect(error?.kind == .content)
        #expect(error?.message.hasPrefix("\(odd) is ") == true)
        #expect(try store.allObjects() == [])
        #expect(try text(folder.path.pushing("output/adapter.txt")) == "weights")
    }

    @Test("a file, or nothing, in place of a folder is refused")
    func noFolder() throws {
        try folder.write(["file": "text"])
        #expect(throws: StoreError.self) { try store.insert(directory: folder.path.appending("file")) }
        #expect(throws: StoreError.self) { try store.insert(directory: folder.path.appending("absent")) }
        #expect(try text(folder.path.appending("file")) == "text")
    }

    /// What may happen to an object's files, and how it is told.
    enum Damage: String, CaseIterable {
        case changed, truncated, removed, added, manifest, noManifest, replacedByLink

        func inflict(on object: StoredObject) throws {
            let manager = FileManager.default
            let manifest = object.path.removingLastComponent().appending("manifest").string
            for path in [object.path.string, object.path.appending("adapter.txt").string] {
                try manager.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
            }
            let file = object.path.appending("adapter.txt").string
            switch self {
            case .changed: try Data("Weights".utf8).write(to: URL(filePath: file))
            case .truncated: try Data("weig".utf8).write(to: URL(filePath: file))
            case .removed: try manager.removeItem(atPath: file)
            case .added: try Data().write(to: URL(filePath: file + "2"))
            case .manifest: try Data("{\"manifest\":1}\n".utf8).write(to: URL(filePath: manifest))
            case .noManifest: try manager.removeItem(atPath: manifest)
            case .replacedByLink:
                try manager.removeItem(atPath: file)
                try manager.createSymbolicLink(atPath: file, withDestinationPath: "/etc/hostname")
            }
        }

        var words: String {
            switch self {
            case .changed: "the content of its file `adapter.txt` was changed"
            case .truncated: "its file `adapter.txt` has 4 bytes, not 7"
            case .removed: "its file `adapter.txt` is missing"
            case .added: "`adapter.txt2` was added to it"
            case .manifest: "its manifest was changed"
            case .noManifest: "its manifest is missing"
            case .replacedByLink: "adapter.txt is a symbolic link, and an artifact holds only files and folders"
            }
        }
    }

    @Test("a damaged object is told, never given, and can be computed anew", arguments: Damage.allCases)
    func damaged(damage: Damage) async throws {
        let trace = try await store.compute(.sample, files)
        let digest = try #require(trace.outputs["output"])
        guard case .intact(let object) = try store.object(digest) else {
            Issue.record("not inserted")
            return
        }
        try damage.inflict(on: object)

        guard case .damaged(let words) = try store.object(digest) else {
            Issue.record("not noticed")
            return
        }
        #expect(words.hasSuffix(damage.words))
        guard case .miss(let miss) = try store.lookUp(trace.key) else {
            Issue.record("given as an input")
            return
        }
        #expect(miss.isFault && miss.description.contains("the stored output `output` (\(digest.short)) is damaged"))
        #expect(try store.object(digest) == .missing)
        #expect(try names(in: store.root.appending("damaged")).count == 1)

        #expect(try await store.compute(.sample, files) == trace)
        #expect(try store.isHit(trace.key))
    }

    @Test("inserting over a damaged object puts it right")
    func repaired() throws {
        let object = try insert(files)
        try Damage.truncated.inflict(on: object)
        #expect(try insert(files) == object)
        #expect(try store.verify(object.digest) == .intact(object))
    }

    @Test("an object that was only touched or copied is read again and trusted")
    func touched() throws {
        let object = try insert(files)
        let file = object.path.appending("adapter.txt").string
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o644, .modificationDate: Date()], ofItemAtPath: file)
        #expect(try store.object(object.digest) == .intact(object))
        #expect(try FilePath(file).stat().permissions.isDisjoint(with: .ownerWrite))
    }
}
