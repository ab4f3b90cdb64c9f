import Foundation
import JSONValues
import TestSupport
import Testing

/// More epochs after a training that is done.
@Suite("Going on with more epochs", .ownThread)
struct ContinuationTests {
    private static func pipeline(_ method: String, schedule: String) -> String {
        TinyProject.pipeline(method: method).replacing("stages:\n", with: "params: {epochs: 2}\nstages:\n")
            .replacing("epochs: 2, batch_size", with: "lr_scheduler_type: \(schedule), epochs: $(epochs), batch_size")
    }

    @Test(
        "it goes on where the shorter one ended, and gives what a long one gives from the start",
        arguments: [
            TinyProject.lora, "{uses: prompt-tuning, with: {num_virtual_tokens: 3}}",
            "{uses: p-tuning, with: {num_virtual_tokens: 3, encoder_hidden_size: 8}}", "{uses: full}",
        ])
    func exact(method: String) throws {
        var fromTheStart: [String: String] = [:]
        try TinyProject.with { project in
            try project.write(Self.pipeline(method, schedule: "constant"), to: "p.yaml")
            let run = try project.run("--only", "scores", "--set", "epochs=4")
            #expect(run.ended.status == 0, "\(run.ended.output)")
            #expect(run.stages["adapter"]?["measurements"]["resumed_from_step"] == 0)
            fromTheStart = project.digests(run.stages)
        }
        try TinyProject.with { project in
            try project.write(Self.pipeline(method, schedule: "constant"), to: "p.yaml")
            _ = try project.run("--only", "scores")
            let dry = try project.run("--only", "scores", "--set", "epochs=4", "--dry-run")
            let reason: JSONValue = ["epochs 2 → 4 (--set epochs=4)", "goes on after epochs 2"]
            #expect(dry.stages["adapter"]?["why"] == reason)
            let longer = try project.run("--only", "scores", "--set", "epochs=4")
            #expect(longer.stages["adapter"]?["why"] == reason)
            // 54 rows in batches of 8.
            #expect(longer.stages["adapter"]?["measurements"]["resumed_from_step"] == 14)
            #expect(project.digests(longer.stages) == fromTheStart)

            // Another pipeline that has no last run of its own says so as well.
            let other = Self.pipeline(method, schedule: "constant").replacing("name: tiny", with: "name: other")
            try project.write(other, to: "p.yaml")
            let first = try project.run("--only", "adapter", "--set", "epochs=6", "--dry-run")
            #expect(first.stages["adapter"]?["why"] == ["first run", "goes on after epochs 4"])
            try project.write(Self.pipeline(method, schedule: "constant"), to: "p.yaml")

            let forced = try project.run("--set", "epochs=4", "--only", "adapter", "--force")
            #expect(forced.stages["adapter"]?["measurements"]["resumed_from_step"] == 0)
            #expect(forced.stages["adapter"]?["digest"].stringValue == fromTheStart["adapter"])
            try StoreCheck(of: project).expectWhole("after going on")
        }
    }

    @Test("it begins again where the learning rate of a step depends on how many there are")
    func otherComputation() throws {
        try TinyProject.with { project in
            try project.write(Self.pipeline(TinyProject.lora, schedule: "linear"), to: "p.yaml")
            _ = try project.run("--only", "scores")
            let longer = try project.run("--only", "scores", "--set", "epochs=4")
            #expect(longer.stages["adapter"]?["why"] == ["epochs 2 → 4 (--set epochs=4)"])
            #expect(longer.stages["adapter"]?["measurements"]["resumed_from_step"] == 0)
        }
    }
}
