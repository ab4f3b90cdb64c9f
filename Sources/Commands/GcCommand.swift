import ArgumentParser
import Diagnostics
import Foundation
import JSONValues
import Recipes
import Reports
import Store

/// `gc`: removes what nothing needs.
struct GcCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gc", abstract: "Remove results, records and work folders that nothing needs.",
        discussion: """
            What the latest run of each pipeline used stays, what a \(Lock.fileName) beside a pipeline names, and what \
            was used in the last days. With --max-size, what \
            was used the longest time ago goes until the results fit, needed or not. What a run under way uses stays \
            in any case, so this may run beside it.

            EXAMPLES:
              peft-pipeline gc --dry-run
              peft-pipeline gc --keep-days 7
              peft-pipeline gc --max-size 20GB
            """)

    @Option(help: ArgumentHelp("Keep what was used in so many days.", valueName: "n"))
    var keepDays = 30

    @Option(help: ArgumentHelp("Let results take at most so much, as `500MB` or `20GB`.", valueName: "size"))
    var maxSize: ByteCount?

    @Flag(name: [.customShort("n"), .long], help: "Say what would go, and remove nothing.")
    var dryRun = false

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if !(0...100_000).contains(keepDays) {
            throw ValidationError("--keep-days: expected a number of at least 0 and at most 100000")
        }
    }

    func run() throws {
        let console = output.console
        let store = try store.open()
        let plan = try GarbageCollection(
            store, keepingSince: Date.now - Double(keepDays) * 86_400, maximumBytes: maxSize?.bytes,
            pinned: try LockFile.roots(of: store))
        let garbage = dryRun ? plan.garbage : try plan.collect()
        if output.json {
            for item in garbage { console.writeResult(try Self.json(item, isGone: !dryRun).canonical + "\n") }
        } else if !garbage.isEmpty {
            var table = TextTable([
                .init("kind"), .init("name"), .init("made by"), .init("last used"), .init("size", alignment: .right),
            ])
            for item in garbage {
                table.append([
                    item.kind.rawValue, Self.short(item.name), item.origin,
                    String(item.lastUsed.formatted(.iso8601).prefix(10)), Figures.bytes(item.bytes),
                ])
            }
            console.writeResult(table)
        }
        let bytes = garbage.reduce(0) { $0 + $1.bytes }
        console.writeError(
            garbage.isEmpty
                ? "nothing to remove\n"
                : "\(Figures.counted(garbage.count, "thing")), \(Figures.bytes(bytes)), \(dryRun ? "would go" : "are gone")\n"
        )
        if let maxSize, plan.keptBytes > maxSize.bytes {
            console.show([
                .warning(
                    "what is in use or was used just now takes \(Figures.bytes(plan.keptBytes)), more than --max-size",
                    help: "run it again when the runs under way have ended")
            ])
        }
    }

    private static func short(_ name: String) -> String {
        ContentDigest(hexadecimal: name)?.short ?? name
    }

    private static func json(_ item: Garbage, isGone: Bool) -> JSONValue {
        [
            "kind": .string(item.kind.rawValue), "name": .string(item.name), "made_by": .string(item.origin),
            "last_used": .string(item.lastUsed.formatted(.iso8601)), "bytes": .int(item.bytes),
            "removed": .bool(isGone),
        ]
    }
}
