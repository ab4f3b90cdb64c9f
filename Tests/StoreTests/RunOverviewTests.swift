import Foundation
import JSONValues
import Store
import SystemPackage
import Testing

@Suite("What became of runs")
struct RunOverviewTests {
    let folder: TemporaryFolder
    let store: Store

    init() throws {
        folder = try TemporaryFolder()
        store = try Store(at: folder.path.appending("store"))
    }

    private func begin(_ store: Store) throws -> RunJournal {
        let journal = store.beginRun()
        try journal.append(["event": "began", "pipeline": "p", "file": "p.yaml", "stages": ["a", "b"]])
        try journal.append(["event": "finished", "stage": "a", "state": "ran", "seconds": 1.5, "why": "first run"])
        return journal
    }

    @Test("a run lives from its first event until it is ended, and its last event says how it ended")
    func ended() throws {
        let journal = try begin(store)
        #expect(store.isAlive(journal.run))
        #expect(try store.overview(of: journal.run)?.state == .running)
        try journal.end(["event": "ended", "state": "stopped", "seconds": 2.5])
        #expect(!store.isAlive(journal.run))
        let overview = try #require(try store.overview(of: journal.run))
        #expect(overview.state == .stopped)
        #expect(overview.seconds == 2.5)
        #expect(overview.count("ran") == 1)
        #expect(overview.end(of: "a")?.seconds == 1.5)
        #expect(abs(try #require(overview.began).timeIntervalSinceNow) < 60)
        #expect(try names(in: folder.path.appending("store/runs")).count == 1)
    }

    @Test("a run whose process ended without a word was killed, if not all its stages are done")
    func killed() throws {
        try folder.write([
            "store/runs/2026-01-01T00-00-00Z-a.ndjson": """
            {"event":"began","pipeline":"p","file":"p.yaml","stages":["a","b"]}
            {"event":"finished","stage":"a","state":"ran","seconds":1}

            """,
            "store/runs/2026-01-01T00-00-00Z-a.lock": "{}",
        ])
        #expect(try store.overview(of: "2026-01-01T00-00-00Z-a")?.state == .killed)
    }

    @Test("a run that never began leaves nothing")
    func planned() throws {
        let journal = store.beginRun()
        try journal.end(["event": "ended"])
        #expect(try store.runs().isEmpty)
        #expect(!store.isAlive(journal.run))
    }

    @Test("runs are named by id, its beginning or end, and from the last backwards")
    func naming() throws {
        try folder.write([
            "store/runs/2026-01-01T00-00-00Z-aa.ndjson": "", "store/runs/2026-02-01T00-00-00Z-bb.ndjson": "",
        ])
        #expect(try store.run(named: "last") == "2026-02-01T00-00-00Z-bb")
        #expect(try store.run(named: "last~1") == "2026-01-01T00-00-00Z-aa")
        #expect(try store.run(named: "2026-01") == "2026-01-01T00-00-00Z-aa")
        #expect(try store.run(named: "bb") == "2026-02-01T00-00-00Z-bb")
        #expect(throws: RunLookupFailure.unknown) { try store.run(named: "last~2") }
        #expect(throws: RunLookupFailure.unknown) { try store.run(named: "") }
        #expect(throws: RunLookupFailure.ambiguous(["2026-02-01T00-00-00Z-bb", "2026-01-01T00-00-00Z-aa"])) {
            try store.run(named: "2026")
        }
    }

    @Test("a log is cut to its beginning and its end, and an empty one is not kept")
    func logs() throws {
        let run = "2026-01-01T00-00-00Z-aa"
        let file = try store.beginLog(of: "a", run: run)
        try Data(("begin" + String(repeating: "x", count: 2000) + "end").utf8).write(to: URL(filePath: file.string))
        try store.endLog(of: "a", run: run, limit: 100)
        let log = try #require(try store.log(of: "a", run: run))
        #expect(log.hasPrefix("begin") && log.hasSuffix("end"))
        #expect(log.contains("1908 bytes are left out"))
        #expect(log.utf8.count < 200)
        let empty = try store.beginLog(of: "b", run: run)
        try Data().write(to: URL(filePath: empty.string))
        try store.endLog(of: "b", run: run)
        #expect(try store.log(of: "b", run: run) == nil)
        #expect(try names(in: file.removingLastComponent()) == ["a.log"])
    }
}
