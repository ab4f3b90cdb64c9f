import Foundation
import JSONValues
import TestSupport
import Testing

/// Several runs of one project at once.
@Suite("Runs at once", .ownThread, .serialized)
struct AtOnceTests {
    @Test("runs of the same pipeline compute each stage once, and all succeed", arguments: [2, 8])
    func same(count: Int) throws {
        try TinyProject.with { project in
            let ended = try runs(Array(repeating: "p.yaml", count: count), in: project)
            #expect(ended.allSatisfy { $0.status == 0 }, "\(ended.map(\.errors))")
            let stages = try ended.map { try TinyProject.stages($0.output) }
            for name in ["rows", "tokens", "method", "adapter", "scores", "merged"] {
                #expect(stages.count { $0[name]?["state"] == "ran" } == 1, "\(name)")
                #expect(Set(stages.map { $0[name]?["digest"].stringValue }).count == 1, "\(name)")
            }
            try StoreCheck(of: project).expectWhole("\(count) at once")
            try StoreCheck(of: project).expectTidy("\(count) at once")
        }
    }

    @Test("runs of pipelines that share stages compute those once, and each its own", arguments: [2, 8])
    func overlapping(count: Int) throws {
        try TinyProject.with(pipeline: KillTests.cheap) { project in
            let files = (0..<count).map { "p\($0).yaml" }
            for (index, file) in files.enumerated() {
                let own = KillTests.cheap.replacing("lora_alpha: 8", with: "lora_alpha: \(8 + index)")
                try project.write(own, to: file)
            }
            let ended = try runs(files, in: project)
            #expect(ended.allSatisfy { $0.status == 0 }, "\(ended.map(\.errors))")
            let stages = try ended.map { try TinyProject.stages($0.output) }
            for name in ["rows", "tokens"] { #expect(stages.count { $0[name]?["state"] == "ran" } == 1, "\(name)") }
            #expect(stages.allSatisfy { $0["method"]?["state"] == "ran" })
            #expect(Set(stages.map { $0["method"]?["digest"].stringValue }).count == count)
            try StoreCheck(of: project).expectWhole("\(count) at once")
        }
    }

    private func runs(_ files: [String], in project: TinyProject) throws -> [Program.Ended] {
        let running = try files.map { try project.program.start(["run", $0, "--json", "--threads", "1"]) }
        return try running.map { try $0.wait() }
    }
}
