import Foundation
import JSONValues
import Tensors
import TestSupport
import Testing

/// A teacher, a smaller student, and what the one says to the other.
@Suite("Learning from a teacher", .ownThread, .serialized)
struct DistillationTests {
    private static func pipeline(
        layers: String = "[1]", settings: String = "distillation_temperature: 3, distillation_weight: 0.9",
        teacher: String = ", teacher: lessons", rows: String = "tokens"
    ) -> String {
        TinyProject.pipeline(method: TinyProject.lora) + """
              few:
                uses: data
                with: {source: rows.csv, split: {train: 0.5, validation: 0.2, test: 0.3, seed: 7}}
              few-tokens:
                uses: tokenize
                from: {dataset: few}
                with: {tokenizer: models/tiny, max_length: 12}
              lessons:
                uses: soft-labels
                from: {adapter: adapter, tokens: \(rows)}
              smaller:
                uses: keep-layers
                with: {model: models/tiny, layers: \(layers)}
              student:
                uses: train
                from: {tokens: tokens, method: method, model: smaller\(teacher)}
                with: {epochs: 2, batch_size: 8, learning_rate: 1.0e-2, \(settings)}
              student-scores:
                uses: evaluate
                from: {adapter: student, tokens: tokens}

            """
    }

    @Test("a student of one layer learns what the teacher says, the same each time")
    func student() throws {
        try TinyProject.with { project in
            try project.write(Self.pipeline(), to: "p.yaml")
            let (ended, stages) = try project.run()
            #expect(ended.status == 0, "\(ended.errors)\(ended.output)")
            #expect(stages["smaller"]?["summary"].stringValue?.hasPrefix("1 of 2 layers") == true)
            #expect(stages["student-scores"]?["state"] == "ran")
            let lessons = URL(fileURLWithPath: stages["lessons"]?["artifact"].stringValue ?? "")
            let file = try SafetensorsFile(lessons.appending(path: "soft_labels.safetensors").path)
            #expect(file.info("logits")?.shape == [54, 3])
            #expect(file.info("logits")?.dtype == .float32)
            let forced = try project.run("--from", "lessons", "--force").stages
            #expect(forced["student"]?["state"] == "ran")
            #expect(
                ["lessons", "student", "student-scores"].allSatisfy {
                    forced[$0]?["digest"] == stages[$0]?["digest"]
                })

            // Another weight is another student; none of the teacher's is that of the rows alone.
            func student(_ pipeline: String) throws -> String? {
                try project.write(pipeline, to: "p.yaml")
                let run = try project.run("--only", "student")
                #expect(run.ended.status == 0, "\(run.ended.errors)")
                return project.digests(run.stages)["student"]
            }
            let first = project.digests(stages)["student"]
            let usual = try student(Self.pipeline(settings: "seed: 42"))
            let alone = try student(Self.pipeline(settings: "seed: 42", teacher: ""))
            let unheard = try student(Self.pipeline(settings: "distillation_weight: 0"))
            #expect(Set([first, usual, alone]).count == 3)
            #expect(unheard == alone)
        }
    }

    @Test("a teacher of other rows, settings without a teacher, and layers that there are not, are refused")
    func refusals() throws {
        try TinyProject.with { project in
            func failure(_ pipeline: String, _ stage: String) throws -> String {
                try project.write(pipeline, to: "p.yaml")
                let run = try project.run("--only", stage)
                #expect(run.ended.status == 1)
                #expect(run.stages[stage]?["state"] == "failed", "\(run.ended.errors)")
                return run.ended.output
            }
            #expect(
                try failure(Self.pipeline(rows: "few-tokens"), "student")
                    .contains("the teacher's logits are of other rows than `tokens` has for training"))
            let idle = try failure(Self.pipeline(teacher: ""), "student")
            #expect(idle.contains("`distillation_temperature` is only read with a teacher"))
            #expect(idle.contains("`distillation_weight` is only read with a teacher"))
            #expect(
                try failure(Self.pipeline(layers: "[0, 2, 7]"), "smaller")
                    .contains("the model has no layer 2, 7: there are 2, counted from 0"))
            try project.write(Self.pipeline(layers: "[1, 1, 0]"), to: "p.yaml")
            let order = try project.program("validate", "p.yaml")
            #expect(order.status == 2)
            #expect(order.errors.contains("layer 1 stands behind layer 1"), "\(order.errors)")
            #expect(order.errors.contains("layer 0 stands behind layer 1"))
        }
    }
}
