import Crypto
import Foundation
import JSONValues
import StageInterface

/// One attempt, with what earlier ones left in the scratch folder.
///
/// ```
/// repository.json   the commit that a branch was, and its files
/// parts/…           files that are not whole yet
/// whole/…           those that are, under their names
/// ```
struct DownloadSession {
    /// The sizes of the files that are whole, by name.
    private(set) var fetched: [String: Int] = [:]
    private(set) var receivedBytes = 0

    private let scratch: URL
    private let connection: Connection
    private let onProgress: (StageProgress) -> Void
    private var planned: [WantedFile] = []
    private let started = ContinuousClock.now

    init(scratch: URL, connection: Connection, onProgress: @escaping (StageProgress) -> Void) {
        self.scratch = scratch
        self.connection = connection
        self.onProgress = onProgress
    }

    private var whole: URL { scratch.appending(path: "whole") }
    private var parts: URL { scratch.appending(path: "parts") }
    private var record: URL { scratch.appending(path: "repository.json") }

    func prepare() throws {
        for folder in [whole, parts] {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        }
    }

    // MARK: - The commit

    /// What an earlier attempt learned of the repository.
    var repository: HubRepository? {
        FileManager.default.contents(atPath: record.path).flatMap { try? JSONValue(parsing: $0) }
            .flatMap { HubRepository(json: $0) }
    }

    func remember(_ repository: HubRepository) throws {
        try Data(try repository.json.canonical.utf8).write(to: record, options: .atomic)
    }

    func forgetRepository() { try? FileManager.default.removeItem(at: record) }

    // MARK: - Files

    mutating func plan(_ files: [WantedFile]) { planned += files }

    /// Fetches what is planned.
    mutating func fetch(refusal: @escaping (HTTPHead) -> TransferFault) throws {
        for file in planned where fetched[file.name] == nil {
            let destination = whole.appending(path: file.name)
            if let size = Self.size(of: destination) {
                fetched[file.name] = size
                continue
            }
            let before = fetched.values.reduce(0, +)
            let rest = planned.filter { fetched[$0.name] == nil && $0.name != file.name }.map(\.size)
            let part = parts.appending(path: Self.partName(file.name))
            let begun = Self.size(of: part) ?? 0
            let received = receivedBytes
            var reporter = ProgressReporter(since: started, onProgress: onProgress)
            let transfer = FileTransfer(
                connection: connection, wanted: file,
                progress: { completed, total in
                    let others = rest.reduce(0 as Int?) { sum, size in sum.flatMap { sum in size.map { sum + $0 } } }
                    reporter.report(
                        completed: before + completed,
                        total: total.flatMap { total in others.map { before + total + $0 } },
                        received: received + max(0, completed - begun))
                }, refusal: refusal)
            let size = try transfer.fetch(into: part, thenTo: destination)
            receivedBytes += max(0, size - begun)
            fetched[file.name] = size
        }
    }

    /// The files that hold the tensors, where an index takes the place of `model.safetensors`.
    func shards(among names: [String]) throws -> [String] {
        guard !names.contains("model.safetensors"), names.contains("model.safetensors.index.json") else { return [] }
        let index = try JSONValue(parsing: Data(contentsOf: whole.appending(path: "model.safetensors.index.json")))
        let shards = Set((index["weight_map"].objectValue ?? [:]).values.compactMap(\.stringValue))
        return shards.filter(FileNames.isPlainPath).sorted()
    }

    /// Moves what is whole to where it belongs.
    func publish(to output: URL) throws {
        for name in fetched.keys.sorted() {
            let destination = output.appending(path: name)
            try FileManager.default.createDirectory(
                at: destination.deletingLastPathComponent(), withIntermediateDirectories: true)
            try FileManager.default.moveItem(at: whole.appending(path: name), to: destination)
        }
    }

    private static func size(of file: URL) -> Int? {
        (try? FileManager.default.attributesOfItem(atPath: file.path))?[.size] as? Int
    }

    /// A name without folders.
    private static func partName(_ name: String) -> String {
        SHA256.hash(data: Data(name.utf8)).prefix(16).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
