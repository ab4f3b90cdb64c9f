import Crypto
import Foundation
import JSONValues
import Store
import SystemPackage

/// Unpacks a recipe into a new folder, believing nothing that it says.
///
/// All goes to a folder of its own beside the one that is wanted, which gets its name when everything was found to be what
/// the recipe's first file says. So a recipe that is refused leaves nothing, and no path in it leads elsewhere: there are
/// only plain files, created new, in folders created here.
package struct RecipeReader {
    private let path: String
    private let limits: RecipeLimits

    package init(_ path: String, limits: RecipeLimits = RecipeLimits()) {
        self.path = path
        self.limits = limits
    }

    /// - Parameters:
    ///   - folder: what must not exist, or be empty.
    ///   - storeName: the name of a store's folder in a project, for results that the recipe brings.
    /// - Throws: ``RecipeError``, `StoreError`, and what the operating system says. Nothing is left then.
    package func unpack(into folder: String, storeName: String) throws -> RecipeManifest {
        try requireNothing(at: folder)
        guard let input = FileHandle(forReadingAtPath: path) else {
            throw RecipeError("there is no file \(path) that can be read")
        }
        defer { try? input.close() }
        let target = URL(fileURLWithPath: folder).standardizedFileURL
        let draft = target.deletingLastPathComponent().appending(
            path: ".\(target.lastPathComponent).\(UUID().uuidString.prefix(8))", directoryHint: .isDirectory)
        try FileManager.default.createDirectory(at: draft, withIntermediateDirectories: true)
        do {
            let manifest = try unpack(input, into: draft.path)
            try takeResults(of: manifest, in: draft.path, storeName: storeName)
            // What is there is empty, as was seen; if not any more, it stays.
            _ = rmdir(target.path)
            guard rename(draft.path, target.path) == 0 else {
                throw RecipeError("\(folder) came into being meanwhile", help: "name another folder")
            }
            return manifest
        } catch {
            // The store in it has read-only folders.
            removeTree(draft.path)
            throw error
        }
    }

    private func requireNothing(at folder: String) throws(RecipeError) {
        guard FileManager.default.fileExists(atPath: folder) else { return }
        let names = try? FileManager.default.contentsOfDirectory(atPath: folder)
        guard names?.isEmpty ?? false else {
            throw RecipeError(
                "\(folder) is there already\(names == nil ? ", and is no folder" : " and is not empty")",
                help: "name a folder that does not exist")
        }
    }

    // MARK: - The archive

    private func unpack(_ input: FileHandle, into draft: String) throws -> RecipeManifest {
        guard let first = try header(input), first.path == RecipeManifest.fileName else {
            throw RecipeError(
                "\(path) is no recipe: it does not begin with `\(RecipeManifest.fileName)`",
                help: "a recipe is what `peft-pipeline export` writes")
        }
        guard first.size <= limits.manifestBytes else {
            throw RecipeError("its `\(RecipeManifest.fileName)` has \(first.size) bytes, which is too much")
        }
        let manifest = try RecipeManifest(parsing: try read(first, from: input))
        try check(manifest)
        var expected = Dictionary(manifest.files.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
        while let header = try header(input) {
            guard let file = expected.removeValue(forKey: header.path), file.size == header.size else {
                throw RecipeError(
                    "it has `\(header.path)`, which is not in its list, there twice, or of another size",
                    help: "nothing was written; don't trust it")
            }
            try write(file, from: input, padding: header.padding, below: draft)
        }
        if let file = expected.keys.min() {
            throw RecipeError("it ends before `\(file)`", help: "it was cut off: get it again")
        }
        return manifest
    }

    private func check(_ manifest: RecipeManifest) throws(RecipeError) {
        guard manifest.files.count + manifest.missing.count <= limits.files else {
            throw RecipeError("it has more than \(limits.files) files", help: "nothing was written; don't trust it")
        }
        var names: Set<String> = []
        var folders: Set<String> = []
        var bytes = 0
        for file in manifest.files {
            guard RecipePath.isSafe(file.path), file.path != RecipeManifest.fileName else {
                throw RecipeError(
                    "it has a file `\(file.path)`, which would not lie in the recipe's folder",
                    help: "nothing was written; don't trust it")
            }
            guard names.insert(file.path).inserted else { throw RecipeError("it has `\(file.path)` twice") }
            let parts = file.path.split(separator: "/")
            for depth in 1..<max(1, parts.count) { folders.insert(parts[..<depth].joined(separator: "/")) }
            let (sum, overflows) = bytes.addingReportingOverflow(file.size)
            guard !overflows, sum <= limits.bytes else {
                throw RecipeError(
                    "it is larger than \(limits.bytes) bytes", help: "allow more with --max-size, if you trust it")
            }
            bytes = sum
        }
        if let path = names.intersection(folders).min() {
            throw RecipeError("it has `\(path)` as a file and as a folder", help: "nothing was written; don't trust it")
        }
        guard manifest.files.contains(where: { $0.path == manifest.pipeline }) else {
            throw RecipeError("its pipeline `\(manifest.pipeline)` is not among its files")
        }
    }

    private func header(_ input: FileHandle) throws -> TarHeader? {
        let block = try bytes(TarHeader.blockSize, from: input)
        return try TarHeader(block)
    }

    private func read(_ header: TarHeader, from input: FileHandle) throws -> [UInt8] {
        let content = try bytes(header.size, from: input)
        _ = try bytes(header.padding, from: input)
        return content
    }

    private func bytes(_ count: Int, from input: FileHandle) throws -> [UInt8] {
        guard count > 0 else { return [] }
        var bytes: [UInt8] = []
        while bytes.count < count, let part = try input.read(upToCount: count - bytes.count), !part.isEmpty {
            bytes += part
        }
        guard bytes.count == count else { throw RecipeError("\(path) ends too early", help: "get it again") }
        return bytes
    }

    private func write(_ file: RecipeManifest.File, from input: FileHandle, padding: Int, below draft: String) throws {
        let target = URL(fileURLWithPath: draft).appending(path: file.path)
        try FileManager.default.createDirectory(
            at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
        let descriptor = try FileDescriptor.open(
            FilePath(target.path), .writeOnly, options: [.create, .exclusiveCreate, .noFollow, .closeOnExec],
            permissions: FilePermissions(rawValue: 0o666))
        try descriptor.closeAfter {
            var digest = SHA256()
            var rest = file.size
            while rest > 0 {
                let part = try bytes(min(rest, 1 << 20), from: input)
                digest.update(data: part)
                try descriptor.writeAll(part)
                rest -= part.count
            }
            let hexadecimal = digest.finalize().map { byte in
                (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }.joined()
            guard hexadecimal == file.digest.hexadecimal else {
                throw RecipeError(
                    "the content of `\(file.path)` is not what the recipe's list says",
                    help: "it was damaged or tampered with: get it again")
            }
        }
        _ = try bytes(padding, from: input)
    }

    // MARK: - Results

    /// Takes the results that the recipe brings into the new project's store, each verified by the store itself.
    private func takeResults(of manifest: RecipeManifest, in draft: String, storeName: String) throws {
        // Also where there are none: a project below another one has a store of its own.
        let root = FilePath(draft)
        let store = try Store(at: root.appending(storeName))
        guard manifest.files.contains(where: { $0.path.hasPrefix(RecipeManifest.storeFolder) }) else { return }
        let objects = root.appending(RecipeManifest.storeFolder + "objects")
        let traces = root.appending(RecipeManifest.storeFolder + "traces")
        for name in Self.names(in: objects) {
            let object = try store.insert(directory: objects.appending(name))
            guard object.digest.hexadecimal == name else {
                throw RecipeError("the artifact \(name.prefix(12)) is not what its name says", help: Self.distrust)
            }
        }
        for name in Self.names(in: traces) {
            let bytes = [UInt8](try Data(contentsOf: URL(filePath: traces.appending(name).string)))
            guard name.hasSuffix(".json"), let key = StoreKey(hexadecimal: name.dropLast(".json".count)),
                let trace = Store.trace(for: key, from: bytes)
            else {
                throw RecipeError("the record \(name.prefix(12)) is not what its name says", help: Self.distrust)
            }
            for digest in trace.outputs.values {
                guard case .intact = try store.object(digest) else {
                    throw RecipeError("it has a record of an artifact that it lacks", help: Self.distrust)
                }
            }
            try store.receive(trace)
        }
        removeTree(root.appending(String(RecipeManifest.storeFolder.dropLast())).string)
    }

    private static let distrust = "nothing was kept; don't trust it"

    private static func names(in folder: FilePath) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.string)) ?? []).sorted()
    }

    private func removeTree(_ path: String) {
        let files = FileManager.default
        for case let name as String in files.enumerator(atPath: path) ?? .init() {
            try? files.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path + "/" + name)
        }
        try? files.removeItem(atPath: path)
    }
}

/// How much a recipe may be.
package struct RecipeLimits: Sendable {
    /// All files together.
    package var bytes: Int
    package var files: Int
    package var manifestBytes: Int

    package init(bytes: Int = 20_000_000_000, files: Int = 100_000, manifestBytes: Int = 64_000_000) {
        self.bytes = bytes
        self.files = files
        self.manifestBytes = manifestBytes
    }
}
