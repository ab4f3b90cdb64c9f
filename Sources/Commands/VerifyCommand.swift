import ArgumentParser
import Diagnostics
import Foundation
import JSONValues
import Reports
import Store

/// `verify`: whether the store holds what its names say.
struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Read all results again, and set aside what is damaged.",
        discussion: """
            A run looks at sizes and times of files only, and reads what differs. This reads everything. What is damaged \
            is moved to the store's folder `damaged`, and the next run that needs it computes it again. Exits with 1 where \
            something is wrong.

            EXAMPLES:
              peft-pipeline verify
              peft-pipeline verify --dry-run --json
            """)

    @Flag(name: [.customShort("n"), .long], help: "Say what is damaged, and leave it where it is.")
    var dryRun = false

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let console = output.console
        let verification = try verification(of: store.open(), console)
        if output.json {
            for fault in verification.faults { console.writeResult(try json(fault).canonical + "\n") }
        } else if !verification.faults.isEmpty {
            var table = TextTable([.init("kind"), .init("name"), .init("made by"), .init("what is wrong")])
            for fault in verification.faults {
                table.append([fault.kind.rawValue, String(fault.name.prefix(12)), fault.origin, fault.message])
            }
            console.writeResult(table)
        }
        let read =
            "\(Figures.counted(verification.objects, "result")) and \(Figures.counted(verification.traces, "record")), "
            + Figures.bytes(verification.bytes)
        guard !verification.faults.isEmpty else { return console.writeError("\(read): all as they should be\n") }
        console.writeError(
            "\(read): \(verification.faults.count) damaged; "
                + (dryRun ? "nothing was moved\n" : "what a run needs of it is computed again\n"))
        throw ExitStatus.stageFailed
    }

    private func verification(of store: Store, _ console: Console) throws -> Verification {
        let terminal = console.errors
        guard terminal.isInteractive else { return try Verification(of: store, setsAside: !dryRun) }
        defer { console.writeError("\r\u{1B}[K") }
        return try Verification(of: store, setsAside: !dryRun) { completed, total in
            let bar = ProgressBar().text(
                fraction: total > 0 ? Double(completed) / Double(total) : 1, usesColor: terminal.usesColor)
            console.writeError("\r\(bar)  \(Figures.bytes(completed)) of \(Figures.bytes(total))\u{1B}[K")
        }
    }

    private func json(_ fault: Verification.Fault) -> JSONValue {
        [
            "kind": .string(fault.kind.rawValue), "name": .string(fault.name), "made_by": .string(fault.origin),
            "message": .string(fault.message),
        ]
    }
}
