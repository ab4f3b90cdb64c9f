import Foundation
import Testing

/// The built programs, run as a person runs them.
struct Program {
    struct Ended {
        let status: Int32
        let output: String
        let errors: String
        let seconds: Double
    }

    /// The folder that the tests and the programs are built into.
    static let buildFolder: URL = {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(fileURLWithPath: own).deletingLastPathComponent()
    }()

    /// The checkout.
    static let packageFolder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Where the program runs.
    let folder: URL
    var environment: [String: String] = [:]

    /// Runs peft-pipeline to its end.
    func callAsFunction(_ arguments: String...) throws -> Ended { try run(arguments) }

    func run(_ arguments: [String]) throws -> Ended {
        let running = try start(arguments)
        return try running.wait()
    }

    /// Starts peft-pipeline.
    func start(_ arguments: [String]) throws -> Running {
        let process = Process()
        process.executableURL = Self.buildFolder.appending(path: "peft-pipeline")
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        var variables = ProcessInfo.processInfo.environment
        variables.merge(environment) { _, new in new }
        process.environment = variables
        return try Running(process)
    }

    /// A program that was started, its output gathered in files, so that no pipe can fill up.
    final class Running {
        let process: Process
        private let folder: URL
        private let start = ContinuousClock.now

        fileprivate init(_ process: Process) throws {
            self.process = process
            folder = FileManager.default.temporaryDirectory.appending(path: "peft-pipeline-run-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            process.standardOutput = try Self.file(folder.appending(path: "output"))
            process.standardError = try Self.file(folder.appending(path: "errors"))
            try process.run()
        }

        deinit { try? FileManager.default.removeItem(at: folder) }

        private static func file(_ url: URL) throws -> FileHandle {
            try Data().write(to: url)
            return try FileHandle(forWritingTo: url)
        }

        var errorsSoFar: String {
            (try? String(contentsOf: folder.appending(path: "errors"), encoding: .utf8)) ?? ""
        }

        var outputSoFar: String {
            (try? String(contentsOf: folder.appending(path: "output"), encoding: .utf8)) ?? ""
        }

        func wait() throws -> Ended {
            process.waitUntilExit()
            let elapsed = ContinuousClock.now - start
            let status =
                process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
            return Ended(
                status: status, output: try String(contentsOf: folder.appending(path: "output"), encoding: .utf8),
                errors: errorsSoFar,
                seconds: Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18)
        }
    }
}
