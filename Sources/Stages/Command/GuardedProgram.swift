import ExternalPrograms
import Foundation
import StageInterface

/// A program that is started through a guard, a process which ends it, and all that it started, when this one is gone.
///
/// The guard is the worker program itself, called with ``guardArgument``. Its standard input is a pipe from here: it
/// closes however this process ends.
package struct GuardedProgram {
    /// What makes the worker program a guard; the program and its arguments follow.
    package static let guardArgument = "--guard"

    enum End: Equatable {
        case done
        case failed(code: Int32)

        /// What became of the program, nil where all is well.
        var words: String? {
            switch self {
            case .done: nil
            // As shells have it, and the guard.
            case .failed(let code) where code > 128: "was ended by signal \(code - 128)"
            case .failed(let code): "ended with code \(code)"
            }
        }
    }

    private let process = Process()
    private let lifeline = Pipe()

    /// How long a program that is asked to stop may take.
    private static let patience = 10.0

    /// - Throws: `StageFailure` where there is no such program.
    init(arguments: [String], folder: String, environment: [String: String]) throws {
        guard let name = arguments.first, let program = Self.find(name, in: folder, environment: environment)
        else {
            throw StageFailure(
                "there is no program `\(arguments.first ?? "")`",
                help: "install it, or write its path; a script of yours is best run by its interpreter, with the "
                    + "script under `files`",
                place: .parameter(["command", "0"]))
        }
        process.executableURL = Self.guardian
        process.arguments = [Self.guardArgument, program] + arguments.dropFirst()
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.environment = environment
        process.standardInput = lifeline
        // The worker's standard output is for events; what a program prints belongs in the log.
        process.standardOutput = FileHandle.standardError
        process.standardError = FileHandle.standardError
    }

    /// Runs to the end, or until it is asked to stop and has done so.
    func run(isStopRequested: () -> Bool) throws -> End {
        let ended = DispatchSemaphore(value: 0)
        process.terminationHandler = { _ in ended.signal() }
        do {
            try process.run()
        } catch {
            throw StageFailure("the program can't be started: \(error.localizedDescription)")
        }
        var asked: Date?
        while ended.wait(timeout: .now() + .milliseconds(100)) == .timedOut {
            guard isStopRequested() else { continue }
            if asked == nil {
                asked = .now
                process.terminate()
            } else if let asked, Date.now.timeIntervalSince(asked) > Self.patience {
                try? lifeline.fileHandleForWriting.close()
            }
        }
        guard process.terminationReason == .exit else { return .failed(code: 128 + process.terminationStatus) }
        return process.terminationStatus == 0 ? .done : .failed(code: process.terminationStatus)
    }

    /// A program's path: a name without `/` is looked for where PATH says.
    private static func find(_ name: String, in folder: String, environment: [String: String]) -> String? {
        guard name.contains("/") else { return ExternalProgram.find(name, environment: environment)?.path }
        let path = URL(fileURLWithPath: name, relativeTo: URL(fileURLWithPath: folder, isDirectory: true)).path
        return ExternalProgram.isProgram(path) ? path : nil
    }

    /// The worker program: this one, or in a test the one beside it.
    private static var guardian: URL {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(fileURLWithPath: own).deletingLastPathComponent().appending(path: "peft-worker")
    }
}
