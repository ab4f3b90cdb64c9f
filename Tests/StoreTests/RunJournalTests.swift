import Foundation
import JSONValues
import Store
import SystemPackage
import Testing

@Suite("Run journals")
struct RunJournalTests {
    let folder: TemporaryFolder
    let store: Store

    init() throws {
        folder = try TemporaryFolder()
        store = try Store(at: folder.path.appending("store"))
    }

    @Test("events are read back in their order, by the run's name")
    func roundTrip() throws {
        let journal = store.beginRun()
        let events: [JSONValue] = [["event": "begin"], ["event": "stage", "name": "line\nbreak"], ["loss": 0.5]]
        for event in events { try journal.append(event) }
        #expect(try store.events(of: journal.run) == events)
        #expect(try store.runs() == [journal.run])
        #expect(try store.events(of: "unknown") == [])
    }

    @Test("a line torn by a crash is left out, and what follows it is not")
    func torn() throws {
        let journal = store.beginRun()
        try journal.append(["event": 1])
        let whole = try text(journal.path)
        try Data((whole + #"{"event": 2, "na"#).utf8).write(to: URL(filePath: journal.path.string))
        #expect(try store.events(of: journal.run) == [["event": 1]])
        try journal.append(["event": 3])
        #expect(try store.events(of: journal.run) == [["event": 1], ["event": 3]])
    }

    @Test("tasks that write at once lose nothing")
    func concurrent() async throws {
        let journal = store.beginRun()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<200 { group.addTask { try journal.append(["event": .int(index)]) } }
            try await group.waitForAll()
        }
        #expect(try Set(store.events(of: journal.run).compactMap { $0["event"].intValue }) == Set(0..<200))
    }

    @Test("runs are listed, the latest first")
    func runs() throws {
        #expect(try store.runs() == [])
        try folder.write([
            "store/runs/2026-01-01T00-00-00Z-a.ndjson": "", "store/runs/2026-02-01T00-00-00Z-b.ndjson": "",
        ])
        #expect(try store.runs() == ["2026-02-01T00-00-00Z-b", "2026-01-01T00-00-00Z-a"])
    }
}

@Suite("Pipeline histories")
struct PipelineHistoryTests {
    let folder: TemporaryFolder
    let store: Store

    init() throws {
        folder = try TemporaryFolder()
        store = try Store(at: folder.path.appending("store"))
    }

    @Test("the last key of each stage is known to later runs of that pipeline alone")
    func roundTrip() throws {
        let first = try StoreKey(components: ["r": 8])
        let second = try StoreKey(components: ["r": 16])
        let history = try store.history(of: "pipelines/sentiment.yaml")
        #expect(history.key(of: "adapter") == nil && history.latestRun == nil)
        try history.begin(run: "monday")
        try history.record(first, of: "adapter")
        try history.record(second, of: "adapter")
        try history.record(first, of: "tokens")
        #expect(history.key(of: "adapter") == second)

        let later = try store.history(of: "pipelines/sentiment.yaml")
        #expect(later.latestRun == "monday")
        #expect(later.key(of: "adapter") == second && later.key(of: "tokens") == first)
        #expect(try store.history(of: "pipelines/other.yaml").key(of: "adapter") == nil)
    }

    @Test("a history does not grow with the number of runs")
    func compaction() throws {
        let keys = try (0..<2).map { try StoreKey(components: ["r": .int($0)]) }
        for run in 0..<500 {
            let history = try store.history(of: "p")
            try history.begin(run: "\(run)")
            try history.record(keys[run % 2], of: "adapter")
        }
        let file = try #require(try names(in: store.root.appending("history")).first)
        let lines = try text(store.root.appending("history").appending(file)).split(separator: "\n")
        #expect(lines.count < 100)
        let history = try store.history(of: "p")
        #expect(history.latestRun == "499" && history.key(of: "adapter") == keys[1])
    }

    @Test("what is known already is not written again")
    func unchanged() throws {
        let key = try StoreKey(components: ["r": 8])
        try store.history(of: "p").record(key, of: "adapter")
        let file = try #require(try names(in: store.root.appending("history")).first)
        let before = try text(store.root.appending("history").appending(file))
        try store.history(of: "p").record(key, of: "adapter")
        #expect(try text(store.root.appending("history").appending(file)) == before)
    }
}
