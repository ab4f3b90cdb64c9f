import Foundation
import StageInterface

/// The folder in which a program of `command` runs: links to what it reads, and what it leaves.
struct CommandFolder {
    /// Absolute.
    let path: String
    /// For what the program wants to write and nobody wants to keep.
    let temporary: String

    /// Makes both empty: what an attempt before this one left is nothing to go on from.
    init(in scratch: String) throws {
        let scratch = URL(fileURLWithPath: scratch)
        path = scratch.appending(path: "folder").path
        temporary = scratch.appending(path: "tmp").path
        for folder in [path, temporary] {
            if FileManager.default.fileExists(atPath: folder) { try FileManager.default.removeItem(atPath: folder) }
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        }
    }

    /// Whether a name stays in the folder.
    static func isInside(_ name: String) -> Bool {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        return !name.utf8.contains(0) && parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." }
    }

    func link(_ name: String, to target: String) throws {
        let link = place(of: name)
        try makeFolder(around: link)
        do {
            try FileManager.default.createSymbolicLink(atPath: link.path, withDestinationPath: target)
        } catch {
            throw StageFailure(
                "`\(name)` stands for two things in the folder in which the program runs",
                help: "give the inputs under `from` and the files under `files` different names")
        }
    }

    /// Moves what the program left to where the artifact belongs.
    ///
    /// - Returns: the bytes of it.
    func collect(_ names: [String], into output: String) throws -> Int {
        let problems = names.enumerated().compactMap { index, name in
            fault(of: name).map {
                StageProblem(
                    .error, "the program ended well, but `\(name)` \($0)", help: left,
                    place: .parameter(["outputs", String(index)]))
            }
        }
        guard problems.isEmpty else { throw StageFailure(problems) }
        for name in names {
            let target = URL(fileURLWithPath: output).appending(path: name)
            // An output inside of another one has moved with it.
            guard !FileManager.default.fileExists(atPath: target.path) else { continue }
            try makeFolder(around: target)
            try FileManager.default.moveItem(at: place(of: name), to: target)
        }
        return Self.bytes(below: output)
    }

    private func fault(of name: String) -> String? {
        switch (try? FileManager.default.attributesOfItem(atPath: place(of: name).path))?[.type] as? FileAttributeType {
        case .typeRegular?, .typeDirectory?: nil
        case .typeSymbolicLink?: "is a link; an artifact holds files"
        case nil: "is not there"
        default: "is neither a file nor a folder"
        }
    }

    /// What there is, for one who looks for an output that is missing.
    private var left: String {
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
        let shown = names.prefix(8).map { "`\($0)`" }.joined(separator: ", ")
        return names.isEmpty ? "its folder is empty" : "its folder has \(shown)\(names.count > 8 ? ", …" : "")"
    }

    private func place(of name: String) -> URL { URL(fileURLWithPath: path).appending(path: name) }

    private func makeFolder(around file: URL) throws {
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    }

    private static func bytes(below folder: String) -> Int {
        guard let names = FileManager.default.enumerator(atPath: folder) else { return 0 }
        var bytes = 0
        while names.nextObject() != nil {
            guard let attributes = names.fileAttributes, attributes[.type] as? FileAttributeType == .typeRegular else {
                continue
            }
            bytes += attributes[.size] as? Int ?? 0
        }
        return bytes
    }
}
