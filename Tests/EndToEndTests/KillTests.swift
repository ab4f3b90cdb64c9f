import Foundation
import JSONValues
import TestSupport
import Testing

/// Kills the programs, and looks at what is left and at what the next run makes of it.
///
/// A few points in the ordinary suite; with `KILL_POINTS=all`, as `make crash` sets it, every one of a run and many
/// random moments.
@Suite("Kills", .ownThread, .serialized)
struct KillTests {
    private static let isThorough = ProcessInfo.processInfo.environment["KILL_POINTS"] == "all"

    /// Three stages that need no tensors.
    static let cheap = TinyProject.beginning() + "  method: \(TinyProject.lora)\n"
    private static let arguments = ["run", "p.yaml", "--json", "--threads", "1", "--jobs", "1"]

    @Test("the runner, killed at any point at which it changes the disk, loses nothing")
    func everyPoint() throws {
        let expected = try undisturbed(Self.cheap)
        let points = try points()
        #expect(points.count > 120)
        let chosen = Self.isThorough ? Array(points.indices) : Array(stride(from: 2, to: points.count, by: 37))
        var killed = 0
        for index in chosen {
            try TinyProject.with(pipeline: Self.cheap) { project in
                var program = project.program
                program.environment["PEFT_PIPELINE_KILL_AT"] = String(index + 1)
                let ended = try program.run(Self.arguments)
                #expect(ended.status == 137, "\(points[index]): \(ended.errors)")
                killed += ended.status == 137 ? 1 : 0
                try expectRecovery(project, expected, "killed at point \(points[index])")
            }
        }
        tell("\(killed) kills of the runner at \(points.count) points")
    }

    @Test("the runner, killed again and again in one project, gets to the end, and nothing piles up")
    func again() throws {
        let expected = try undisturbed(Self.cheap)
        try TinyProject.with(pipeline: Self.cheap) { project in
            var program = project.program
            var killed = 0
            for point in stride(from: 3, to: 90, by: Self.isThorough ? 2 : 29) {
                program.environment["PEFT_PIPELINE_KILL_AT"] = String(point)
                killed += try program.run(Self.arguments).status == 137 ? 1 : 0
                try StoreCheck(of: project).expectWhole("killed at point \(point)")
            }
            try expectRecovery(project, expected, "killed again and again")
            tell("\(killed) kills in one project")
        }
    }

    @Test("the runner or its worker, killed at a random moment, loses nothing", arguments: ["runner", "worker"])
    func randomMoments(victim: String) throws {
        let expected = try undisturbed(Self.cheap)
        let duration = try TinyProject.with(pipeline: Self.cheap) { try $0.program.run(Self.arguments).seconds }
        var killed = 0
        for _ in 0..<(Self.isThorough ? 60 : 2) {
            try TinyProject.with(pipeline: Self.cheap) { project in
                let moment = Double.random(in: 0...duration)
                let hit = try kill(victim, in: project, after: moment)
                killed += hit ? 1 : 0
                try expectRecovery(project, expected, "\(victim) killed after \(moment) s")
            }
        }
        tell("\(killed) kills of the \(victim) at random moments")
    }

    @Test("a training pipeline, killed at a random moment, gives the same bytes", arguments: ["runner", "worker"])
    func training(victim: String) throws {
        let pipeline = TinyProject.pipeline(method: TinyProject.lora, epochs: 4)
        let expected = try undisturbed(pipeline)
        let duration = try TinyProject.with(pipeline: pipeline) { try $0.program.run(Self.arguments).seconds }
        var killed = 0
        for _ in 0..<(Self.isThorough ? 12 : 1) {
            try TinyProject.with(pipeline: pipeline) { project in
                let moment = Double.random(in: 0...duration)
                let hit = try kill(victim, in: project, after: moment)
                killed += hit ? 1 : 0
                try expectRecovery(project, expected, "\(victim) killed after \(moment) s of training")
            }
        }
        tell("\(killed) kills of the \(victim) of a training pipeline")
    }

    // MARK: - Helpers

    /// The artifacts of a run that nothing happens to.
    private func undisturbed(_ pipeline: String) throws -> [String: String] {
        try TinyProject.with(pipeline: pipeline) { project in
            let ended = try project.program.run(Self.arguments)
            #expect(ended.status == 0, "\(ended.errors)")
            return project.digests(try TinyProject.stages(ended.output))
        }
    }

    /// The points that a run passes, in words.
    private func points() throws -> [String] {
        try TinyProject.with(pipeline: Self.cheap) { project in
            var program = project.program
            program.environment["PEFT_PIPELINE_KILL_LOG"] = project.folder.appending(path: "points").path
            #expect(try program.run(Self.arguments).status == 0)
            let text = try String(contentsOf: project.folder.appending(path: "points"), encoding: .utf8)
            return text.split(separator: "\n").map(String.init)
        }
    }

    /// Starts a run and kills it, or the worker that runs then. Says whether there was one to kill.
    private func kill(_ victim: String, in project: TinyProject, after seconds: Double) throws -> Bool {
        let running = try project.program.start(Self.arguments)
        usleep(UInt32(seconds * 1_000_000))
        guard victim == "worker" else {
            _ = Foundation.kill(running.process.processIdentifier, SIGKILL)
            return try running.wait().status == 137
        }
        var worker: Int32?
        while worker == nil, running.process.isRunning {
            worker = Processes.workers(in: project).first
        }
        let hit = worker.map { Foundation.kill($0, SIGKILL) == 0 } ?? false
        let ended = try running.wait()
        // Where it was killed after it had written its result, the stage has ended well.
        #expect([0, 1].contains(ended.status))
        if ended.status == 1 { #expect(ended.output.contains("SIGKILL")) }
        return hit
    }

    private func expectRecovery(
        _ project: TinyProject, _ expected: [String: String], _ comment: Comment
    ) throws {
        try waitUntil("no worker is left; \(comment)", seconds: 5) { Processes.workers(in: project).isEmpty }
        let store = StoreCheck(of: project)
        try store.expectWhole(comment)
        let ended = try project.program.run(Self.arguments + ["--lock-timeout", "0"])
        let stages = try TinyProject.stages(ended.output)
        #expect(ended.status == 0, "\(comment): \(ended.output)\(ended.errors)")
        #expect(project.digests(stages) == expected, comment)
        try store.expectWhole(comment)
        // A run that finds all it wants writes nothing, and clears nothing up; the next that writes does.
        if !stages.values.contains(where: { $0["state"] == "ran" }) {
            #expect(try project.program.run(Self.arguments + ["--only", "method", "--force"]).status == 0, comment)
        }
        try store.expectTidy(comment)
    }

    private func tell(_ text: String) {
        if Self.isThorough { print("kills: \(text)") }
    }
}

extension TinyProject {
    /// A project with this pipeline.
    static func with<Result>(pipeline: String, _ body: (TinyProject) throws -> Result) throws -> Result {
        var result: Result?
        try with { project in
            try project.write(pipeline, to: "p.yaml")
            result = try body(project)
        }
        return try #require(result)
    }
}
