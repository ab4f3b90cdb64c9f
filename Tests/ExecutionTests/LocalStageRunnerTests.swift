import Foundation
import JSONValues
import StageInterface
import Synchronization
import TestSupport
import Testing

@testable import Execution

/// The runner against workers that are a few lines of shell: `$1` is the task, `$2` where the result belongs.
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
            let program = folder.appending(path: "worker")
            try Data("#!/bin/bash\n\(script)\n".utf8).write(to: program)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.path)
            return try await run(program: program.path, patience: patience, onEvent: onEvent)
        }

        func run(
            program: String, patience: Duration = .seconds(60),
            onEvent: @escaping @Sendable (StageEvent) -> Void = { _ in }
        ) async throws -> (result: StageResult, events: [StageEvent]) {
            for name in ["output", "scratch"] {
                try FileManager.default.createDirectory(
                    at: folder.appending(path: name), withIntermediateDirectories: true)
            }
            let task = StageTask(
                stage: "a", kind: "k", version: 1, parameters: ["r": 8], inputs: [:],
                output: folder.appending(path: "output").path, scratch: scratch,
                numerics: NumericsClass(device: "cpu", threads: 2, library: "2.11.0"))
            let log = EventRecorder()
            let result = await LocalStageRunner(worker: program, patience: patience).run(task) { event in
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
        return String(decoding: try JSONEncoder().encode(event), as: UTF8.self)
    }

    private static func result(_ status: String, summary: String = "") -> String {
        """
        echo '{"status":"\(status)","summary":"\(summary)","metrics":{},"measurements":{},"problems":[]}' > "$2"
        """
    }

    // MARK: - Ends

    @Test("a worker gets its task, and its result counts")
    func done() async throws {
        try await withBench { bench in
            let (result, events) = try await bench.run(
                #"grep -q '"kind":"k"' "$1" || exit 3"# + "\n" + Self.result("done", summary: "fine"))
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

    @Test("a result of an earlier attempt does not pass for one of this")
    func staleResult() async throws {
        try await withBench { bench in
            let first = try await bench.run(Self.result("done")).result
            #expect(first.status == .done)
            let second = try await bench.run("exit 0").result
            #expect(second.status == .failed)
        }
    }

    @Test("half a result is none")
    func tornResult() async throws {
        try await withBench { bench in
            let (result, _) = try await bench.run(#"echo -n '{"status":"do' > "$2""#)
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
                printf '\\xff\\xfe{"progress":\\n\\n'
                cat "$(dirname "$1")/odd"; echo
                head -c 3000000 /dev/zero | tr '\\0' x; echo
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
