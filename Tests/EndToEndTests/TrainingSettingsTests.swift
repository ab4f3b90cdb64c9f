import Foundation
import JSONValues
import Tensors
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

    @Test("on a base model in bfloat16 an adapter is trained in float32, scored and merged")
    func bfloat16() throws {
        try TinyProject.with { project in
            func pipeline(_ method: String) -> String {
                TinyProject.pipeline(method: method)
                    .replacingOccurrences(of: "save_steps: 3", with: "dtype: bfloat16")
                    .replacingOccurrences(of: "uses: evaluate", with: "uses: evaluate\n    with: {dtype: bfloat16}")
            }
            let wide = try project.run().stages
            try project.write(pipeline(TinyProject.lora), to: "p.yaml")
            let stages = try project.run().stages
            for stage in ["adapter", "scores", "merged"] { #expect(stages[stage]?["state"] == "ran", "\(stage)") }
            #expect(project.digests(stages)["adapter"] != project.digests(wide)["adapter"])
            let adapter = URL(fileURLWithPath: stages["adapter"]?["artifact"].stringValue ?? "")
            let file = try SafetensorsFile(adapter.appending(path: "adapter_model.safetensors").path)
            #expect(!file.names.isEmpty && file.names.allSatisfy { file.info($0)?.dtype == .float32 })

            try project.write(pipeline("{uses: full}"), to: "p.yaml")
            let refused = try project.run()
            #expect(refused.ended.status == 1)
            #expect(refused.ended.output.contains("which would be rounded"))
            #expect(refused.ended.output.contains("write `dtype: float32`, or train an adapter alone"))
        }
    }

    @Test("frozen layers are computed once, and training goes on from them")
    func hiddenStates() throws {
        try TinyProject.with { project in
            let top = "{uses: lora, with: {r: 4, target_modules: [query, value], layers_to_transform: [1]}}"
            func pipeline(_ method: String, other: String? = nil) -> String {
                TinyProject.pipeline(method: method)
                    .replacingOccurrences(
                        of: "    from: {tokens: tokens, method: method}\n",
                        with: "    from: {tokens: tokens, method: method, states: states}\n"
                    ) + """
                          other: \(other ?? method)
                          states:
                            uses: hidden-states
                            from: {tokens: tokens, method: other}
                            with: {model: models/tiny}

                        """
            }
            try project.write(pipeline(top), to: "p.yaml")
            let stages = try project.run().stages
            #expect(stages["adapter"]?["state"] == "ran")
            #expect(stages["merged"]?["state"] == "ran")
            #expect(stages["states"]?["metrics"]["layers"] == 1)
            let folder = URL(fileURLWithPath: stages["states"]?["artifact"].stringValue ?? "")
            let file = try SafetensorsFile(folder.appending(path: "train-00000.safetensors").path)
            #expect(file.info("states")?.shape.last == 32)
            // More epochs use the same states.
            try project.write(pipeline(top).replacing("epochs: 2", with: "epochs: 3"), to: "p.yaml")
            #expect(project.states(try project.run().stages)["states"] == "hit")

            try project.write(pipeline(TinyProject.lora), to: "p.yaml")
            let bottom = try project.run().ended
            #expect(bottom.status == 1)
            #expect(bottom.output.contains("no layer is the same in every epoch"))
            try project.write(pipeline(TinyProject.lora, other: top), to: "p.yaml")
            let mixed = try project.run().ended
            #expect(mixed.status == 1)
            #expect(mixed.output.contains("the method leaves 0 as they are"))
        }
    }
}
