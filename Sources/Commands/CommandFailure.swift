import Diagnostics
import Store

/// Why a command ends with an error.
enum CommandFailure: Error {
    /// The command line or the pipeline is wrong: exit code 2.
    case found([Diagnostic])
    /// The store can't be used, or is busy.
    case store(StoreError)

    static func usage(_ message: String, help: String? = nil) -> CommandFailure {
        .found([.error(message, help: help)])
    }
}

/// The exit codes of peft-pipeline.
enum ExitStatus: Int32, Error {
    case done = 0
    case stageFailed = 1
    case usage = 2
    case outOfDate = 3
    case lockHeld = 4
    case `internal` = 70
    /// 128 + SIGINT.
    case interrupted = 130

    /// A store that can't be used at all is the person's to mend, like a wrong argument.
    init(_ error: StoreError) {
        switch error.kind {
        case .lockTimeout: self = .lockHeld
        case .format: self = .usage
        case .system, .content, .changing: self = .stageFailed
        }
    }
}
