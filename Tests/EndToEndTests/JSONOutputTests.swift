import Foundation
import JSONValues
import TestSupport
import Testing

/// What `--json` writes is what docs/json-output.md says.
@Suite("Output for programs", .ownThread)
struct JSONOutputTests {
    private static let method = "{uses: lora, with: {r: 2, target_modules: [query]}}"

    /// The keys of an event or object, and those among them that may be missing.
    private struct Keys {
        var all: Set<String> = []
        var optional: Set<String> = []
    }

    /// The rows of the page's tables: a name and its keys.
    private static func documented() throws -> [String: Keys] {
        let page = Program.packageFolder.appending(path: "docs/json-output.md")
        var documented: [String: Keys] = [:]
        for line in try String(contentsOf: page, encoding: .utf8).split(separator: "\n") where line.hasPrefix("| `") {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            let cell = try #require(cells.dropFirst().first { $0.hasPrefix("`") })
            var keys = Keys()
            for part in cell.replacing(" or ", with: ", ").components(separatedBy: ", ") {
                let name = part.trimmingCharacters(in: CharacterSet(charactersIn: "`?"))
                keys.all.insert(name)
                if part.hasSuffix("?") || cell.contains("\(part) or") || cell.contains("or \(part)") {
                    keys.optional.insert(name)
                }
            }
            documented[cells[0].trimmingCharacters(in: CharacterSet(charactersIn: "`"))] = keys
        }
        return documented
    }

    private func expect(_ object: JSONValue, _ name: String, isDescribedBy documented: [String: Keys]) throws {
        let keys = try #require(documented[name], "\(name)")
        let found = Set(try #require(object.objectValue).keys).subtracting(["event"])
        #expect(found.isSubset(of: keys.all), "\(name): \(found.subtracting(keys.all))")
        #expect(keys.all.subtracting(keys.optional).isSubset(of: found), "\(name): \(keys.all.subtracting(found))")
    }

    private func lines(_ output: String) throws -> [JSONValue] {
        try output.split(separator: "\n").map { try JSONValue(parsing: $0) }
    }

    @Test("events of runs: computing, hits, failures and dry runs")
    func events() throws {
        let documented = try Self.documented()
        try TinyProject.with { project in
            try project.write(TinyProject.pipeline(method: Self.method, epochs: 1), to: "p.yaml")
            var seen: Set<String> = []
            for arguments in [[], [], ["--dry-run", "--force"]] {
                let events = try lines(
                    project.program.run(["run", "p.yaml", "--json", "--threads", "1"] + arguments).output)
                for event in events {
                    let name = try #require(event["event"].stringValue)
                    seen.insert(name)
                    try expect(event, name, isDescribedBy: documented)
                }
                #expect(events.first?["event"] == "began")
                #expect(events.first?["format"] == 1)
                #expect(events.last?["event"] == "ended")
            }
            try project.write(
                TinyProject.pipeline(method: Self.method, data: "source: rows.csv, columns: {text: absent}"),
                to: "p.yaml")
            let failed = try project.run()
            #expect(failed.ended.status == 1)
            for event in try lines(failed.ended.output) {
                let name = try #require(event["event"].stringValue)
                seen.insert(name)
                try expect(event, name, isDescribedBy: documented)
            }
            #expect(seen == ["began", "started", "progress", "finding", "finished", "ended"])
        }
    }

    @Test("objects of the other commands")
    func commands() throws {
        let documented = try Self.documented()
        try TinyProject.with(pipeline: KillTests.cheap) { project in
            _ = try project.run()
            _ = try project.run("--force")
            let calls = [
                ["status", "p.yaml", "--threads", "1"], ["explain", "p.yaml", "--threads", "1"],
                ["show", "p.yaml", "rows", "--threads", "1"], ["metrics", "p.yaml", "--threads", "1"], ["runs"],
                ["log", "last", "rows"], ["diff", "last~1", "last", "--all"], ["inspect", "models/tiny"],
                ["doctor"],
            ]
            for call in calls {
                let ended = try project.program.run(call + ["--json"])
                let objects = try lines(ended.output)
                #expect(!objects.isEmpty, "\(call): \(ended.errors)")
                for object in objects { try expect(object, call[0], isDescribedBy: documented) }
            }
        }
    }
}
