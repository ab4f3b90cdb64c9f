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

    @Test("on a base model in few bits an adapter is trained, scored on either base, and merged into its own weights")
    func quantization() throws {
        try TinyProject.with { project in
            func pipeline(_ method: String) -> String {
                TinyProject.pipeline(method: method)
                    .replacing("save_steps: 3", with: "quantization: nf4")
                    .replacing("uses: merge", with: "uses: merge\n    with: {quantization: nf4}") + """
                          quantized-scores:
                            uses: evaluate
                            from: {adapter: adapter, tokens: tokens}
                            with: {quantization: nf4}
                          predictions:
                            uses: predict
                            from: {adapter: adapter}
                            with: {texts: [the lovely film], quantization: int8}

                        """
            }
            let wide = try project.run().stages
            try project.write(pipeline(TinyProject.lora), to: "p.yaml")
            let (ended, stages) = try project.run()
            #expect(ended.status == 0, "\(ended.output)")
            #expect(project.digests(stages)["adapter"] != project.digests(wide)["adapter"])
            #expect(project.digests(stages)["scores"] != project.digests(stages)["quantized-scores"])
            #expect(stages["predictions"]?["state"] == "ran")
            // Sixteen layers' matrices of 4 bits in the place of 32, and of 8.
            func bytes(_ stage: String, _ stages: [String: JSONValue]) throws -> Int {
                try #require(stages[stage]?["measurements"]["weight_bytes"].intValue)
            }
            #expect(try bytes("adapter", stages) < bytes("adapter", wide))
            #expect(try bytes("quantized-scores", stages) == bytes("adapter", stages))
            #expect(try bytes("scores", stages) == bytes("adapter", wide))
            let merged = try #require(stages["merged"]?["metrics"])
            #expect(merged["max_logit_difference"].doubleValue ?? 1 < 1e-4)
            let drift = try #require(merged["quantized_max_logit_difference"].doubleValue)
            #expect(drift > 1e-3)
            #expect(merged["quantized_mean_logit_difference"].doubleValue ?? 0 > 0)
            #expect(merged["quantized_accuracy"].doubleValue != nil)

            try project.write(pipeline("{uses: full}"), to: "p.yaml")
            let refused = try project.run().ended
            #expect(refused.status == 1)
            #expect(refused.output.contains("would be trained, and is kept in few bits"))
            #expect(refused.output.contains("write `quantization: none`, or train an adapter alone"))
        }
    }

    @Test("hidden states of a base model in few bits are no others'")
    func quantizedStates() throws {
        let top = "{uses: lora, with: {r: 4, target_modules: [query], layers_to_transform: [1]}}"
        func pipeline(_ states: String, _ training: String) -> String {
            TinyProject.pipeline(method: top)
                .replacing("{tokens: tokens, method: method}", with: "{tokens: tokens, method: method, states: states}")
                .replacing("save_steps: 3", with: "quantization: \(training)") + """
                      states:
                        uses: hidden-states
                        from: {tokens: tokens, method: method}
                        with: {model: models/tiny, quantization: \(states)}

                    """
        }
        try TinyProject.with { project in
            try project.write(pipeline("int8", "int8"), to: "p.yaml")
            let (ended, stages) = try project.run()
            #expect(stages["adapter"]?["state"] == "ran", "\(ended.output)")
            try project.write(pipeline("int8", "none"), to: "p.yaml")
            let refused = try project.run().ended
            #expect(refused.status == 1)
            #expect(refused.output.contains("or in another `dtype` or `quantization`"))
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
