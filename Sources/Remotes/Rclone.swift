import ExternalPrograms
import Foundation
import JSONValues

/// Runs rclone for one remote. Calls block their thread.
struct Rclone: Sendable {
    let program: ExternalProgram
    let address: RemoteAddress

    /// How much patience a call has with a remote that does not answer.
    enum Patience {
        /// For a first word: a run shall not wait for what is not there.
        case little
        case usual

        fileprivate var arguments: [String] {
            switch self {
            case .little: ["--retries", "1", "--low-level-retries", "2"]
            case .usual: ["--retries", "2", "--low-level-retries", "3", "--retries-sleep", "1s"]
            }
        }
    }

    /// For all that it does. A large file is not sent in several parts at once, so that one that is not whole is shorter
    /// than it will be.
    private static let common = [
        "--use-json-log", "--ask-password=false", "--no-traverse", "--contimeout", "20s", "--timeout", "60s",
        "--transfers", "8", "--checkers", "16", "--multi-thread-streams", "0",
    ]

    /// Which of some files the remote has, with their sizes.
    ///
    /// - Parameter list: a file with their names, a line each.
    /// - Throws: ``RemoteError``, `CancellationError`.
    func list(_ list: String) throws -> [String: Int] {
        var output: [UInt8] = []
        try run(
            ["lsjson", "--recursive", "--files-only", "--no-modtime", "--no-mimetype", "--files-from-raw", list]
                + Patience.usual.arguments + Self.common + ["--", address.spelled], doing: "look into",
            onOutput: { output += $0 })
        guard let files = try? JSONValue(parsing: output).arrayValue else {
            throw RemoteError("what rclone says of \(address) can't be understood", help: "update rclone")
        }
        let sizes = files.compactMap { file in
            file["Path"].stringValue.flatMap { path in file["Size"].intValue.map { (path, $0) } }
        }
        return Dictionary(sizes, uniquingKeysWith: { first, _ in first })
    }

    enum Direction {
        case to
        case from
    }

    /// Copies files between a folder here and the remote. What is not there is left out.
    ///
    /// - Parameters:
    ///   - list: a file with their names, a line each.
    ///   - replaces: files that look the same are copied nevertheless.
    /// - Throws: ``RemoteError``, `CancellationError`.
    func copy(
        _ direction: Direction, folder: String, list: String, replaces: Bool = false, patience: Patience = .usual,
        onProgress: (RcloneLog.Progress) -> Void = { _ in }
    ) throws {
        let places = direction == .to ? [folder, address.spelled] : [address.spelled, folder]
        try run(
            ["copy", "--files-from-raw", list, replaces ? "--ignore-times" : "--checksum", "--stats", "250ms"]
                + ["--stats-log-level", "NOTICE"] + patience.arguments + Self.common + ["--"] + places,
            doing: direction == .to ? "write to" : "read from", onProgress: onProgress)
    }

    private func run(
        _ arguments: [String], doing action: String, onProgress: (RcloneLog.Progress) -> Void = { _ in },
        onOutput: (UnsafeRawBufferPointer) -> Void = { _ in }
    ) throws {
        var log = RcloneLog()
        let end = try program.run(
            arguments, shouldStop: { Task.isCancelled },
            onErrors: { bytes in
                if let progress = log.read(bytes) { onProgress(progress) }
            }, onOutput: onOutput)
        if end.wasStopped { throw CancellationError() }
        guard end.status != 0 else { return }
        throw fault(log.error ?? "rclone ended with code \(end.status)", action)
    }

    // MARK: - Words

    private func fault(_ message: String, _ action: String) -> RemoteError {
        RemoteError("can't \(action) the remote \(address): \(address.redacted(message))", help: Self.remedy(message))
    }

    private static func remedy(_ message: String) -> String? {
        let text = message.lowercased()
        func has(_ parts: String...) -> Bool { parts.contains { text.contains($0) } }
        if has("didn't find section in config") {
            return "rclone knows no remote of that name: `rclone listremotes` shows them, `rclone config` makes one"
        }
        if has("unknown type", "didn't find backend", "couldn't find type") {
            return "`rclone help backends` lists the kinds of remotes that it knows"
        }
        if has(
            "accessdenied", "access denied", "invalidaccesskeyid", "signaturedoesnotmatch", "unauthorized", "forbidden",
            "401", "403", "unable to authenticate", "credential", "invalid_grant", "password")
        {
            return
                "the remote does not take these credentials: try `rclone lsd REMOTE`, and mend them with `rclone config`"
        }
        if has(
            "connection refused", "no such host", "i/o timeout", "network is unreachable", "connection reset",
            "no route to host", "deadline exceeded", "server misbehaving", "eof")
        {
            return "the remote does not answer: look at its address and the network, and run again; what arrived stays"
        }
        if has("permission denied", "read-only") { return "this user may not write there, or read there" }
        if has("no space left", "quota", "insufficient storage") { return "make room, and run again" }
        return "`rclone lsd REMOTE` tells more"
    }
}
