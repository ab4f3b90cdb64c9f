package import ExternalPrograms
import Foundation
import Store
import Synchronization
import SystemPackage

/// A place where results are kept that several machines share, in the layout of a store: anything that rclone reaches.
///
/// ```
/// format                     the version of this layout
/// objects/ab/abcd…/          manifest, files/
/// traces/12/1234….json       components of the key, outputs' digests, metrics
/// ```
///
/// An object's manifest is written after its files, and a trace after the objects that it names. What comes from there is
/// believed only as far as digests prove it.
package struct Remote: Sendable {
    package let address: RemoteAddress
    let rclone: Rclone
    private let greeting = Greeting()

    /// Whether the remote was found to hold results.
    private final class Greeting: Sendable {
        let isDone = Mutex(false)
    }

    package init(_ address: RemoteAddress, program: ExternalProgram) {
        self.address = address
        rclone = Rclone(program: program, address: address)
    }

    /// Copies files of the remote, as far as it has them, into a folder of a store.
    func copy(_ names: [String], to folder: FilePath, onProgress: (RcloneLog.Progress) -> Void = { _ in }) throws {
        try Self.withList(of: names, in: folder) { list in
            try rclone.copy(.from, folder: folder.string, list: list, onProgress: onProgress)
        }
    }

    /// Whether the remote has results in this layout; false where it has none yet. It is asked until it has.
    ///
    /// - Parameter folder: for what is read.
    /// - Throws: ``RemoteError`` where it does not answer, or a newer version wrote there.
    func hasFormat(reading folder: FilePath) throws -> Bool {
        if greeting.isDone.withLock({ $0 }) { return true }
        try Self.withList(of: [Store.Names.format], in: folder) { list in
            try rclone.copy(.from, folder: folder.string, list: list, patience: .little)
        }
        guard let format = FileManager.default.contents(atPath: folder.appending(Store.Names.format).string) else {
            return false
        }
        guard Store.reads(format: format) else {
            throw RemoteError(
                "the remote \(address) holds something else, or results of a newer version of peft-pipeline",
                help: "update peft-pipeline, or name another place")
        }
        greeting.isDone.withLock { $0 = true }
        return true
    }

    /// Runs a body with a file that lists names, a line each.
    static func withList<Result>(
        of names: [String], in folder: FilePath, _ body: (String) throws -> Result
    ) throws -> Result {
        if let name = names.first(where: { $0.contains { $0.isNewline } }) {
            throw RemoteError(
                "the name of the file \(name.debugDescription) has a line break and can't travel", help: "rename it")
        }
        let file = FilePath(folder.string + ".list")
        try Data(names.map { $0 + "\n" }.joined().utf8).write(to: URL(filePath: file.string))
        defer { try? FileManager.default.removeItem(atPath: file.string) }
        return try body(file.string)
    }
}
