import ArgumentParser
import Diagnostics
import ExternalPrograms
import Foundation
import JSONValues
import Reports
import Store
import SystemPackage

/// `doctor`: whether this machine has what a run needs.
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Check that this machine has what a run needs.",
        discussion: """
            Looks at the worker, LibTorch, the machine, and the project's store, in which it writes and removes a small \
            file. Exits with 1 where something would fail.

            EXAMPLES:
              peft-pipeline doctor
              peft-pipeline doctor --project ../other --json
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    /// One thing that was looked at.
    private struct Check {
        enum State: String { case good, warning, bad }

        let name: String
        let state: State
        let detail: String
        var help: String?
    }

    func run() throws {
        let console = output.console
        let programs = [
            Self.program("curl", for: "fetches files of other machines"),
            Self.program("rclone", for: "shares results between machines"),
        ]
        let checks = worker() + programs + [machine()] + storeChecks()
        if output.json {
            for check in checks {
                var json: JSONValue = [
                    "check": .string(check.name), "state": .string(check.state.rawValue),
                    "detail": .string(check.detail),
                ]
                if let help = check.help { json["help"] = .string(help) }
                console.writeResult(try json.canonical + "\n")
            }
        } else {
            var table = TextTable([.init("check"), .init("state"), .init("what was found")])
            for check in checks { table.append([check.name, check.state.rawValue, check.detail]) }
            console.writeResult(table)
            console.show(
                checks.compactMap { check in
                    switch check.state {
                    case .good: nil
                    case .warning: .warning("\(check.name): \(check.detail)", help: check.help)
                    case .bad: .error("\(check.name): \(check.detail)", help: check.help)
                    }
                })
        }
        if checks.contains(where: { $0.state == .bad }) { throw ExitStatus.stageFailed }
    }

    // MARK: - Programs

    private func worker() -> [Check] {
        let path: String
        do {
            path = try Programs.worker()
        } catch {
            return [
                Check(name: "worker", state: .bad, detail: "peft-worker is not there", help: "build it: `make build`")
            ]
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = ["--check"]
        process.standardInput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        let output = Pipe()
        process.standardOutput = output
        do {
            try process.run()
        } catch {
            return [Check(name: "worker", state: .bad, detail: "\(path) can't be run: \(error)")]
        }
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0, let report = try? JSONValue(parsing: text) else {
            return [
                Check(
                    name: "worker", state: .bad, detail: "\(path) ended with \(process.terminationStatus)",
                    help: "build it anew: `make build`")
            ]
        }
        return [Check(name: "worker", state: .good, detail: path), Self.library(report)]
    }

    private static func library(_ report: JSONValue) -> Check {
        let name = "LibTorch"
        if let error = report["error"].stringValue {
            return Check(name: name, state: .bad, detail: error, help: "install it: `make setup`")
        }
        let version = report["library"].stringValue ?? "unknown"
        let expected = report["expected"].stringValue ?? ""
        guard version.hasPrefix(expected) else {
            return Check(
                name: name, state: .bad, detail: "version \(version); this was built for \(expected)",
                help: "install it anew: `make setup`")
        }
        return Check(
            name: name, state: .good,
            detail: "\(version), \(report["cuda"] == true ? "with a GPU" : "on the CPU")")
    }

    /// Whether a program of others is there that some pipelines need.
    private static func program(_ name: String, for purpose: String) -> Check {
        if let program = ExternalProgram.find(name) { return Check(name: name, state: .good, detail: program.path) }
        return Check(
            name: name, state: .warning, detail: "it is not there; it \(purpose)",
            help: "install it: `make setup`, or on Debian `apt-get install \(name)`")
    }

    // MARK: - Machine

    private func machine() -> Check {
        let cores = ProcessInfo.processInfo.activeProcessorCount
        let memory = Int(ProcessInfo.processInfo.physicalMemory)
        let detail = "\(Figures.counted(cores, "core")), \(Figures.bytes(memory)) of memory"
        guard memory < 2_000_000_000 else { return Check(name: "machine", state: .good, detail: detail) }
        return Check(
            name: "machine", state: .warning, detail: detail,
            help: "fine-tuning the smallest model takes about 1.2 GB: use small batches")
    }

    private func storeChecks() -> [Check] {
        let name = "store"
        do {
            let path = try store.storePath()
            guard FileManager.default.fileExists(atPath: path.string) else {
                return [
                    Check(
                        name: name, state: .good, detail: "none yet in \(path.removingLastComponent()); `run` makes it")
                ]
            }
            let probe = try Store(at: path).probe()
            let milliseconds = String(format: "%.1f ms", probe.writeSeconds * 1000)
            var checks = [
                Check(name: name, state: .good, detail: "\(path); a file takes \(milliseconds) to be safe on the disk")
            ]
            checks.append(
                probe.hasLocks
                    ? Check(name: "locks", state: .good, detail: "the file system has them")
                    : Check(
                        name: "locks", state: .warning, detail: "the file system has none",
                        help: "two runs at once stay correct, but may compute the same twice"))
            let free = "\(Figures.bytes(probe.freeBytes)) free"
            checks.append(
                probe.freeBytes < 1_000_000_000
                    ? Check(
                        name: "disk", state: .warning, detail: free,
                        help: "`peft-pipeline gc --dry-run` says what could go")
                    : Check(name: "disk", state: .good, detail: free))
            return checks
        } catch let error as StoreError {
            return [Check(name: name, state: .bad, detail: error.message, help: error.help)]
        } catch CommandFailure.found(let findings) {
            return [Check(name: name, state: .bad, detail: findings.map(\.message).joined(separator: "; "))]
        } catch {
            return [Check(name: name, state: .bad, detail: "\(error)")]
        }
    }
}
