import Diagnostics
import Foundation
import Execution
package import Pipelines
package import Store
import SystemPackage

/// Writes a pipeline with all that it takes to run it elsewhere into one file.
///
/// The file is an uncompressed tar archive, which any machine can look into: first what all others are, then they. The
/// same project gives the same bytes.
package struct RecipeWriter {
    private let pipeline: Pipeline
    private let projectFolder: String
    private let store: Store
    private let toolVersion: String
    /// Larger files stay where they are, and are named as missing.
    private let largestFile: Int

    package init(
        _ pipeline: Pipeline, projectFolder: String, store: Store, toolVersion: String, largestFile: Int
    ) {
        self.pipeline = pipeline
        self.projectFolder = projectFolder
        self.store = store
        self.toolVersion = toolVersion
        self.largestFile = largestFile
    }

    /// A file of the recipe and where its bytes are.
    private struct Source {
        enum Content {
            case file(String)
            case bytes([UInt8])
        }

        let file: RecipeManifest.File
        let content: Content
    }

    /// - Parameter results: the stages' traces whose artifacts the recipe brings as well.
    /// - Returns: what the recipe has.
    /// - Throws: ``RecipeError``, `StoreError`, and what the operating system says.
    package func write(to path: String, results: [Trace] = []) throws -> RecipeManifest {
        let own = try text(pipeline.source.path)
        var sources = [own]
        sources += try pipeline.fragments.map { try text($0.path) }
        let lock = URL(fileURLWithPath: pipeline.source.path).deletingLastPathComponent()
            .appending(path: Lock.fileName).path
        if FileManager.default.fileExists(atPath: lock) { sources.append(try text(lock)) }

        var missing: [RecipeManifest.File] = []
        for (spelled, input) in try LockedPipeline.inputs(of: pipeline, store: store).sorted(by: { $0.key < $1.key }) {
            let file = RecipeManifest.File(path: spelled, size: input.size, digest: input.digest)
            guard let inside = inside(spelled), input.size <= largestFile else {
                missing.append(file)
                continue
            }
            sources.append(
                Source(
                    file: RecipeManifest.File(path: inside, size: input.size, digest: input.digest),
                    content: .file(projectFolder + "/" + inside)))
        }
        for trace in results { sources += try self.results(of: trace) }

        var seen: Set<String> = []
        sources = sources.filter { seen.insert($0.file.path).inserted }
        let manifest = RecipeManifest(
            tool: toolVersion, pipeline: own.file.path, files: sources.map(\.file), missing: missing)
        try write(manifest, sources, to: path)
        return manifest
    }

    // MARK: - What goes in

    /// A file of the pipeline itself.
    private func text(_ path: String) throws -> Source {
        let absolute = URL(fileURLWithPath: path).standardizedFileURL.path
        guard let inside = inside(absolute) else {
            throw RecipeError(
                "\(path) lies outside of the project's folder \(projectFolder)",
                help: "move it there, or name the folder that holds all with --project")
        }
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: absolute)))
        return Source(
            file: RecipeManifest.File(path: inside, size: bytes.count, digest: ContentDigest(of: bytes)),
            content: .bytes(bytes))
    }

    /// The path from the project's folder; nil for what lies elsewhere.
    private func inside(_ spelled: String) -> String? {
        let path = URL(
            fileURLWithPath: spelled, relativeTo: URL(fileURLWithPath: projectFolder, isDirectory: true)
        ).standardizedFileURL.path
        guard path.hasPrefix(projectFolder + "/") else { return nil }
        let inside = String(path.dropFirst(projectFolder.count + 1))
        return RecipePath.isSafe(inside) ? inside : nil
    }

    private func results(of trace: Trace) throws -> [Source] {
        var sources: [Source] = []
        for digest in Set(trace.outputs.values).sorted() {
            guard case .intact(let object) = try store.object(digest), let manifest = try store.manifest(of: digest)
            else {
                throw RecipeError("the artifact \(digest.short) is no longer in the store", help: "run again")
            }
            for file in manifest.files {
                sources.append(
                    Source(
                        file: RecipeManifest.File(
                            path: RecipePath.object(digest) + file.path, size: file.size, digest: file.digest),
                        content: .file(object.path.string + "/" + file.path)))
            }
        }
        let bytes = try trace.bytes
        sources.append(
            Source(
                file: RecipeManifest.File(
                    path: RecipePath.trace(trace.key), size: bytes.count, digest: ContentDigest(of: bytes)),
                content: .bytes(bytes)))
        return sources
    }

    // MARK: - Writing

    private func write(_ manifest: RecipeManifest, _ sources: [Source], to path: String) throws {
        let draft = path + ".part"
        guard FileManager.default.createFile(atPath: draft, contents: nil),
            let output = FileHandle(forWritingAtPath: draft)
        else {
            throw RecipeError("\(path) can't be written", help: "name a file in a folder that you may write to")
        }
        do {
            defer { try? output.close() }
            let text = Array(try manifest.text.utf8)
            try add(TarHeader(path: RecipeManifest.fileName, size: text.count), to: output) {
                try output.write(contentsOf: text)
            }
            for source in sources {
                try add(TarHeader(path: source.file.path, size: source.file.size), to: output) {
                    try copy(source, to: output)
                }
            }
            try output.write(contentsOf: [UInt8](repeating: 0, count: 2 * TarHeader.blockSize))
            try output.synchronize()
            guard rename(draft, path) == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        } catch {
            try? FileManager.default.removeItem(atPath: draft)
            throw error
        }
    }

    private func add(_ header: TarHeader, to output: FileHandle, _ content: () throws -> Void) throws {
        try output.write(contentsOf: header.bytes())
        try content()
        try output.write(contentsOf: [UInt8](repeating: 0, count: header.padding))
    }

    private func copy(_ source: Source, to output: FileHandle) throws {
        guard case .file(let path) = source.content else {
            if case .bytes(let bytes) = source.content { try output.write(contentsOf: bytes) }
            return
        }
        let input = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        defer { try? input.close() }
        var count = 0
        while let part = try input.read(upToCount: 1 << 20), !part.isEmpty {
            count += part.count
            try output.write(contentsOf: part)
        }
        guard count == source.file.size else {
            throw RecipeError("\(path) changed while it was read", help: "export again")
        }
    }
}
