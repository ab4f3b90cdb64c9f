import Foundation
import JSONValues
import StageInterface
import Synchronization
import TestSupport
import Testing

@testable import Execution

/// The runner against workers that are a few lines of shell: `$task` is the task, and what they print as `{"ended": …}` the
/// result.
@Suite("LocalStageRunner", .timeLimit(.minutes(1)))
struct LocalStageRunnerTests {
    private struct Bench {
        let folder: URL

        var scratch: String { folder.appending(path: "scratch").path }

        /// Runs a worker.
        func run(
            _ script: String, patience: Duration = .seconds(60),
            onEvent: @escaping @Sendable (StageEvent) -> Void = { _ in }
        ) async throws -> (result: StageResult, events: [StageEvent]) {
            let program = try program("read -r task\n" + script)
            return try await run(program: program, patience: patience, onEvent: onEvent)
        }

        /// Writes a worker.
        func program(_ script: String) throws -> String {
            let program = folder.appending(path: "worker")
            try Data("#!/bin/bash\n\(script)\n".utf8).write(to: program)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.path)
            return program.path
        }

        func task(_ compute: ComputeUse = .none) -> StageTask {
            StageTask(
                stage: "a", kind: "k", version: 1, parameters: ["r": 8], inputs: [:],
                output: folder.appending(path: "output").path, scratch: scratch,
                numerics: NumericsClass(device: "cpu", threads: 2, library: "2.11.0"), compute: compute,
                log: folder.appending(path: "worker.log").path)
        }

        func run(
            program: String, patience: Duration = .seconds(60),
            onEvent: @escaping @Sendable (StageEvent) -> Void = { _ in }
        ) async throws -> (result: StageResult, events: [StageEvent]) {
            for name in ["output", "scratch"] {
                try FileManager.default.createDirectory(
                    at: folder.appending(path: name), withIntermediateDirectories: true)
            }
            let log = EventRecorder()
            let result = await LocalStageRunner(worker: program, label: "x", patience: patience).run(task()) { event in
                log.append(event)
                onEvent(event)
            }
            return (result, log.events)
        }
    }

    private final class EventRecorder: Sendable {
        private let state = Mutex<[StageEvent]>([])
        var events: [StageEvent] { state.withLock { $0 } }
        func append(_ event: StageEvent) { state.withLock { $0.append(event) } }
    }

    private func withBench(_ body: (Bench) async throws -> Void) async throws {
        try await withTemporaryFolder { try await body(Bench(folder: $0)) }
    }

    /// A line that says how far a worker is.
    private static func line(_ completed: Int, details: [String] = []) throws -> String {
        let event = StageEvent.progress(StageProgress(completed: completed, total: 9, details: details))
        return String(decoding: try JSONEncoder().encode(WorkerMessage.event(event)), as: UTF8.self)
    }

    private static func result(_ status: String, summary: String = "") -> String {
        let json = #"{"status":"\#(status)","summary":"\#(summary)","metrics":{},"measurements":{},"problems":[]}"#
        return #"echo '{"ended":{"_0":\#(json),"takesMore":false}}'"#
    }

    // MARK: - Ends

    @Test("a worker gets its task, and its result counts")
    func done() async throws {
        try await withBench { bench in
            let (result, events) = try await bench.run(
                #"[[ $task == *'"kind":"k"'* ]] || exit 3"# + "\n" + Self.result("done", summary: "fine"))
            #expect(result == StageResult(status: .done, summary: "fine"))
            #expect(events.isEmpty)
        }
    }

    @Test("the result counts, whatever the exit code")
    func failed() async throws {
        try await withBench { bench in
            let (result, _) = try await bench.run(Self.result("failed") + "\nexit 1")
            #expect(result == StageResult(status: .failed))
        }
    }

    @Test("a worker that leaves no result has failed: with its code and its last words")
    func noResult() async throws {
        try await withBench { bench in
            let (result, _) = try await bench.run(
                "for i in $(seq 1 20); do echo line $i >&2; done; head -c 100000 /dev/zero >/dev/null; exit 7")
            let lines = (9...20).map { "  line \($0)" }.joined(separator: "\n")
            #expect(
                result
                    == .failure(
                        "the worker ended with code 7 and left no result; its last words:\n\(lines)",
                        help: "the whole log is in \(bench.folder.appending(path: "worker.log").path)"))
        }
    }

    @Test("half a result is none")
    func tornResult() async throws {
        try await withBench { bench in
            let (result, _) = try await bench.run(#"echo -n '{"ended":{"_0":{"status":"do'"#)
            #expect(result.problems.first?.message == "the worker ended with code 0 and left no result")
        }
    }

    @Test(
        "a worker that is killed has failed, and the signal is named",
        arguments: [("KILL", "SIGKILL"), ("SEGV", "SIGSEGV (a memory fault)"), ("USR1", "signal \(SIGUSR1)")])
    func killed(signal: String, name: String) async throws {
        try await withBench { bench in
            let (result, _) = try await bench.run("ulimit -c 0; kill -\(signal) $$")
            #expect(result.status == .failed)
            #expect(result.problems.first?.message == "the worker was ended by \(name)")
            if signal == "KILL" { #expect(result.problems.first?.help?.contains("out of memory") == true) }
        }
    }

    @Test("a worker that is not there is an error in words")
    func noWorker() async throws {
        try await withBench { bench in
            let path = bench.folder.appending(path: "absent").path
            let (result, _) = try await bench.run(program: path)
            #expect(result.status == .failed)
            #expect(result.problems.first?.message.hasPrefix("cannot run \(path): ") == true)
        }
    }

    // MARK: - One after another

    /// A worker that says in its result which process it is, and counts the stages that it ran.
    private static let counting = #"""
        while read -r task; do
            count=$((count + 1))
            echo "stage $count" >> "$(dirname "$0")/stages"
            echo '{"ended":{"_0":{"status":"done","summary":"'$$'","metrics":{},"measurements":{},"problems":[]},"takesMore":true}}'
        done
        echo "end of $$" >> "$(dirname "$0")/stages"
        """#

    @Test("stages without tensors share a process, one after another; one with tensors has its own")
    func shared() async throws {
        try await withBench { bench in
            let runner = LocalStageRunner(worker: try bench.program(Self.counting), label: "x")
            var processes: [String] = []
            for compute in [ComputeUse.none, .none, .tensors, .tensors, .none] {
                processes.append(await runner.run(bench.task(compute)) { _ in }.summary)
            }
            await runner.finish()
            #expect(processes[0] == processes[1] && processes[0] == processes[4])
            #expect(Set(processes).count == 3)
            let stages = try String(contentsOf: bench.folder.appending(path: "stages"), encoding: .utf8)
            let own = processes[2...3].map { "stage 1\nend of \($0)\n" }.joined()
            #expect(stages == "stage 1\nstage 2\n\(own)stage 3\nend of \(processes[0])\n")
        }
    }

    @Test("stages at the same time have a process each")
    func atOnce() async throws {
        try await withBench { bench in
            let runner = LocalStageRunner(
                worker: try bench.program(Self.counting.replacing("count=$((count + 1))", with: "sleep 0.1")),
                label: "x")
            let task = bench.task()
            let processes = await withTaskGroup(of: String.self) { group in
                for _ in 0..<3 { group.addTask { await runner.run(task) { _ in }.summary } }
                return await group.reduce(into: Set()) { $0.insert($1) }
            }
            await runner.finish()
            #expect(processes.count == 3)
        }
    }

    @Test("a process that ended while it waited for a stage is replaced")
    func endedMeanwhile() async throws {
        try await withBench { bench in
            let runner = LocalStageRunner(worker: try bench.program(Self.counting), label: "x")
            let first = await runner.run(bench.task()) { _ in }.summary
            let process = try #require(pid_t(first))
            kill(process, SIGKILL)
            while kill(process, 0) == 0 { try await Task.sleep(for: .milliseconds(2)) }
            // It takes a moment until the end is heard of.
            var second = StageResult(status: .failed)
            for _ in 0..<500 where second.status != .done {
                second = await runner.run(bench.task()) { _ in }
                try await Task.sleep(for: .milliseconds(10))
            }
            await runner.finish()
            #expect(second.status == .done && second.summary != first)
        }
    }

    @Test("a process that takes no more is ended")
    func takesNoMore() async throws {
        try await withBench { bench in
            let program = try bench.program(Self.counting.replacing(#""takesMore":true"#, with: #""takesMore":false"#))
            let runner = LocalStageRunner(worker: program, label: "x")
            let first = await runner.run(bench.task()) { _ in }.summary
            let second = await runner.run(bench.task()) { _ in }.summary
            #expect(first != second)
            let stages = try String(contentsOf: bench.folder.appending(path: "stages"), encoding: .utf8)
            #expect(stages == "stage 1\nend of \(first)\nstage 1\nend of \(second)\n")
        }
    }

    // MARK: - Events

    @Test("events come in order and whole, whatever else is on standard output")
    func events() async throws {
        try await withBench { bench in
            let odd = try Self.line(2, details: ["a\u{2028}b\u{85}c", "größer"])
            try Data(odd.utf8).write(to: bench.folder.appending(path: "odd"))
            let (result, events) = try await bench.run(
                """
                echo '\(try Self.line(1))'
                echo 'a warning from a library'
                printf '\\xff\\xfe{"event":\\n\\n'
                cat "$(dirname "$0")/odd"; echo
                head -c 18000000 /dev/zero | tr '\\0' x; echo
                echo -n '\(try Self.line(3))'; sleep 0.05; echo
                \(Self.result("done"))
                """)
            #expect(result.status == .done)
            let progress = events.compactMap { if case .progress(let progress) = $0 { progress } else { nil } }
            #expect(progress.map(\.completed) == [1, 2, 3])
            #expect(progress.dropFirst().first?.details == ["a\u{2028}b\u{85}c", "größer"])
        }
    }

    @Test("what a worker says last is heard, even if it says much")
    func manyEvents() async throws {
        try await withBench { bench in
            let (_, events) = try await bench.run(
                "for i in $(seq 1 5000); do echo '\(try Self.line(4))'; done\n" + Self.result("done"))
            #expect(events.count == 5000)
        }
    }

    // MARK: - Stopping

    /// Runs a worker and cancels when it says the first thing.
    private func stop(_ bench: Bench, _ script: String, patience: Duration = .seconds(60)) async throws -> StageResult {
        let started = Gate()
        let run = Task {
            try await bench.run(script, patience: patience) { _ in started.open() }.result
        }
        await started.wait()
        run.cancel()
        return try await run.value
    }

    @Test("a worker that is asked to stop may keep its state first, and its standard input stays open meanwhile")
    func stopped() async throws {
        try await withBench { bench in
            let result = try await stop(
                bench,
                """
                trap 'asked=1' TERM
                echo '\(try Self.line(1))'
                while [ -z "$asked" ]; do sleep 0.02; done
                # Ends with 1 at the end of the input, with more than 128 after the time.
                read -t 0.2; [ $? -gt 128 ] && echo open > '\(bench.scratch)/checkpoint'
                \(Self.result("stopped", summary: "kept"))
                exit 130
                """)
            #expect(result == StageResult(status: .stopped, summary: "kept"))
            #expect(try String(contentsOfFile: bench.scratch + "/checkpoint", encoding: .utf8) == "open\n")
        }
    }

    @Test("a worker that ends with a result in spite of being asked to stop has ended well")
    func endsAnyway() async throws {
        try await withBench { bench in
            let result = try await stop(
                bench,
                "trap '' TERM\necho '\(try Self.line(1))'\nread -t 0.2\n" + Self.result("done", summary: "whole"))
            #expect(result == StageResult(status: .done, summary: "whole"))
        }
    }

    @Test("a worker that knows nothing of stopping ends at once")
    func endsAtOnce() async throws {
        try await withBench { bench in
            let result = try await stop(bench, "echo '\(try Self.line(1))'\nexec sleep 60")
            #expect(result == StageResult(status: .stopped))
        }
    }

    @Test("a worker that does not stop is killed when patience ends")
    func patience() async throws {
        try await withBench { bench in
            let result = try await stop(
                bench, "trap '' TERM\necho '\(try Self.line(1))'\nwhile true; do read -t 1; done",
                patience: .milliseconds(50))
            #expect(result == StageResult(status: .stopped))
        }
    }

    @Test("a task that is cancelled before it begins starts no worker")
    func cancelledBefore() async throws {
        try await withBench { bench in
            let gate = Gate()
            let run = Task {
                await gate.wait()
                return try await bench.run("touch '\(bench.folder.path)/ran'").result
            }
            run.cancel()
            let result = try await run.value
            #expect(result == StageResult(status: .stopped))
            #expect(!FileManager.default.fileExists(atPath: bench.folder.appending(path: "ran").path))
        }
    }

    @Test("no worker holds open what tells another that the runner lives")
    func descriptors() async throws {
        try await withBench { bench in
            try await withBench { other in
                let script = """
                    echo '\(try Self.line(1))'; read -t 0.2
                    readlink /proc/$$/fd/* > '%/all'; grep -c 'pipe:' '%/all' > '%/pipes'
                    \(Self.result("done"))
                    """
                async let first = bench.run(script.replacing("%", with: bench.folder.path))
                async let second = other.run(script.replacing("%", with: other.folder.path))
                _ = try await (first, second)
                for bench in [bench, other] {
                    // Standard input and output, and no more.
                    let count = try String(contentsOf: bench.folder.appending(path: "pipes"), encoding: .utf8)
                    #expect(count == "2\n")
                }
            }
        }
    }
}
