import Testing

@testable import Execution

@Suite("Schedule")
struct ScheduleTests {
    private func schedule(
        _ edges: [(String, [String])], weights: [String: Int] = [:], capacity: Int = 8, keepsGoing: Bool = false
    ) -> Schedule {
        Schedule(
            edges.map { Schedule.Node(name: $0.0, predecessors: $0.1, weight: weights[$0.0] ?? 1) },
            capacity: capacity, keepsGoing: keepsGoing)
    }

    @Test("a stage starts when all that it needs has succeeded")
    func order() {
        var schedule = schedule([("data", []), ("method", []), ("train", ["data", "method"])])
        #expect(schedule.next() == ["data", "method"])
        schedule.finish("data", succeeded: true)
        #expect(schedule.next() == [])
        schedule.finish("method", succeeded: true)
        #expect(schedule.next() == ["train"])
        #expect(!schedule.isFinished)
        schedule.finish("train", succeeded: true)
        #expect(schedule.isFinished)
    }

    @Test("two heavy stages don't share the machine, a light one may run beside a heavy one that leaves room")
    func weights() {
        var schedule = schedule(
            [("train-a", []), ("train-b", []), ("data", [])], weights: ["train-a": 2, "train-b": 2], capacity: 3)
        #expect(schedule.next() == ["train-a", "data"])
        schedule.finish("train-a", succeeded: true)
        #expect(schedule.next() == ["train-b"])
    }

    @Test("a stage heavier than the machine runs alone")
    func tooHeavy() {
        var schedule = schedule([("a", []), ("b", [])], weights: ["a": 16], capacity: 2)
        #expect(schedule.next() == ["a"])
        schedule.finish("a", succeeded: true)
        #expect(schedule.next() == ["b"])
    }

    @Test("after a failure nothing new starts")
    func failure() {
        var schedule = schedule([("a", []), ("b", []), ("c", ["b"])], capacity: 1)
        #expect(schedule.next() == ["a"])
        schedule.finish("a", succeeded: false)
        #expect(schedule.next() == [])
        #expect(schedule.isFinished)
        #expect(schedule.state(of: "b") == .skipped)
        #expect(schedule.state(of: "c") == .skipped)
    }

    @Test("what runs when another stage fails may end, and then the run is over")
    func failureBesideRunning() {
        var schedule = schedule([("a", []), ("b", []), ("c", ["b"])])
        #expect(schedule.next() == ["a", "b"])
        schedule.finish("a", succeeded: false)
        #expect(!schedule.isFinished)
        schedule.finish("b", succeeded: true)
        #expect(schedule.next() == [])
        #expect(schedule.state(of: "b") == .succeeded)
        #expect(schedule.state(of: "c") == .skipped)
    }

    @Test("when asked to keep going, only what depends on the failed stage is skipped")
    func keepGoing() {
        var schedule = schedule(
            [("a", []), ("b", []), ("c", ["a"]), ("d", ["c"]), ("e", ["b"])], capacity: 1, keepsGoing: true)
        #expect(schedule.next() == ["a"])
        schedule.finish("a", succeeded: false)
        #expect(schedule.next() == ["b"])
        schedule.finish("b", succeeded: true)
        #expect(schedule.next() == ["e"])
        schedule.finish("e", succeeded: true)
        #expect(schedule.isFinished)
        #expect(schedule.state(of: "d") == .skipped)
        #expect(schedule.state(of: "e") == .succeeded)
    }

    @Test("an input that is named twice counts once")
    func sameInputTwice() {
        var schedule = schedule([("a", []), ("b", ["a", "a"])])
        #expect(schedule.next() == ["a"])
        schedule.finish("a", succeeded: true)
        #expect(schedule.next() == ["b"])
    }

    @Test("random graphs finish, and never start a stage before what it needs")
    func randomGraphs() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            let count = Int.random(in: 1...20, using: &random)
            let nodes = (0..<count).map { index in
                (String(index), (0..<index).filter { _ in Int.random(in: 0..<4) == 0 }.map(String.init))
            }
            var schedule = schedule(nodes, capacity: Int.random(in: 1...4))
            var running: [String] = []
            var done: Set<String> = []
            while !schedule.isFinished {
                let started = schedule.next()
                for name in started {
                    let needs = nodes.first { $0.0 == name }?.1 ?? []
                    #expect(done.isSuperset(of: needs))
                }
                running += started
                guard !running.isEmpty else {
                    Issue.record("nothing runs, and the schedule is not finished")
                    return
                }
                let ended = running.remove(at: Int.random(in: running.indices))
                done.insert(ended)
                schedule.finish(ended, succeeded: true)
            }
            #expect(done.count == count)
        }
    }
}
