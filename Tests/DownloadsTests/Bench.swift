import Crypto
import Downloads
import ExternalPrograms
import Foundation
import StageInterface
import Synchronization
import TestSupport
import Testing

/// Folders in which a download is tried, again and again as a stage would be.
struct Bench {
    let folder: URL
    var environment: [String: String] = [:]
    var retry = RetryPolicy(tries: 4, base: .milliseconds(1))
    let log = Log()

    /// What was told on the way.
    final class Log: Sendable {
        private let state = Mutex<(notes: [String], progress: [StageProgress])>(([], []))
        var notes: [String] { state.withLock { $0.notes } }
        var progress: [StageProgress] { state.withLock { $0.progress } }
        func note(_ text: String) { state.withLock { $0.notes.append(text) } }
        func progress(_ progress: StageProgress) { state.withLock { $0.progress.append(progress) } }
    }

    static func with(_ body: (Bench) throws -> Void) throws {
        try withTemporaryFolder { folder in
            // No token of the person who runs the tests.
            try body(Bench(folder: folder, environment: ["HOME": folder.path]))
        }
    }

    var output: URL { folder.appending(path: "output") }
    var scratch: URL { folder.appending(path: "scratch") }

    /// One attempt, with an empty output folder.
    func fetch(
        _ text: String, files: [String] = ["config.json"], shouldStop: @escaping @Sendable () -> Bool = { false }
    ) throws -> DownloadReport {
        try? FileManager.default.removeItem(at: output)
        for folder in [output, scratch] {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        }
        let program = try #require(ExternalProgram.find("curl"), "make setup installs curl")
        let downloader = Downloader(
            program: program, environment: environment, retry: retry, shouldStop: shouldStop,
            onProgress: log.progress, onNote: log.note)
        return try downloader.fetch(RemoteSource(parsing: text), files: files, to: output, scratch: scratch)
    }

    /// The error of an attempt.
    func failure(_ text: String, files: [String] = ["config.json"]) throws -> StageProblem {
        let failure = try #require(throws: StageFailure.self) { _ = try fetch(text, files: files) }
        return try #require(failure.problems.first)
    }

    func bytes(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: output.appending(path: name))) }

    /// Bytes that look like none of each other's neighbours.
    static func sample(_ count: Int) -> [UInt8] {
        var state: UInt64 = 7
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 33)
        }
    }

    static func sha256(_ bytes: [UInt8]) -> String {
        SHA256.hash(data: bytes).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
