import Foundation
import JSONValues
import TestSupport
import Testing

/// Settings of `train` that are about memory.
@Suite("How training uses memory", .ownThread, .serialized)
struct TrainingSettingsTests {
    @Test("layers that are computed again give the same adapter, and rerun nothing")
    func recomputation() throws {
        try TinyProject.with { project in
            let kept = try project.run().stages
            let pipeline = TinyProject.pipeline(method: TinyProject.lora)
            try project.write(
                pipeline.replacingOccurrences(of: "save_steps: 3", with: "gradient_checkpointing: true"), to: "p.yaml")
            #expect(project.states(try project.run().stages).values.allSatisfy { $0 == "hit" })
            let again = try project.run("--from", "adapter", "--force").stages
            #expect(again["adapter"]?["state"] == "ran")
            #expect(project.digests(again)["adapter"] == project.digests(kept)["adapter"])
        }
    }
}
