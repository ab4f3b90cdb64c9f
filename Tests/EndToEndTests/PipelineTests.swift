import Foundation
import JSONValues
import TestSupport
import Testing

/// Whole pipelines through the built programs.
@Suite("Pipelines from data to a merged model", .ownThread, .serialized)
struct PipelineTests {
    @Test("LoRA: everything runs once, then nothing; two folders give the same bytes")
    func twice() throws {
        var digests: [[String: String]] = []
        for _ in 0..<2 {
            try TinyProject.with { project in
                let (first, stages) = try project.run()
                #expect(first.status == 0, "\(first.errors)\(first.output)")
                #expect(Set(project.states(stages).values) == ["ran"])
                #expect(stages["merged"]?["metrics"]["max_logit_difference"].doubleValue ?? 1 < 1e-4)
                let (_, again) = try project.run()
                #expect(Set(project.states(again).values) == ["hit"])
                digests.append(project.digests(stages))

                let adapter = URL(fileURLWithPath: stages["adapter"]?["artifact"].stringValue ?? "")
                let configuration = try JSONValue(
                    parsing: Data(contentsOf: adapter.appending(path: "adapter_config.json")))
                #expect(configuration["peft_type"] == "LORA")
                #expect(configuration["r"] == 4)
                #expect(configuration["target_modules"] == ["query", "value"])
                let metrics = try project.program("metrics", "p.yaml", "--threads", "1")
                #expect(metrics.output.contains("true \\ predicted"))
            }
        }
        #expect(digests.count == 2 && digests[0] == digests[1])
        #expect(digests.first?.count == 6)
    }

    @Test("another lora_alpha reruns the method and what follows, not the data, and explain names the line")
    func change() throws {
        try TinyProject.with { project in
            #expect(try project.run().ended.status == 0)
            let changed = TinyProject.lora.replacing("lora_alpha: 8", with: "lora_alpha: 16")
            try project.write(TinyProject.pipeline(method: changed), to: "p.yaml")
            let explained = try project.program("explain", "p.yaml", "method", "--threads", "1")
            #expect(explained.output.contains("lora_alpha 8 → 16 (p.yaml:11)"))
            let (_, stages) = try project.run()
            #expect(
                project.states(stages) == [
                    "rows": "hit", "tokens": "hit", "method": "ran", "adapter": "ran", "scores": "ran",
                    "merged": "ran",
                ])
        }
    }

    @Test(
        "soft prompts train, score and say that they cannot be merged",
        arguments: [
            "{uses: prompt-tuning, with: {num_virtual_tokens: 4}}",
            "{uses: prompt-tuning, with: {num_virtual_tokens: 4, prompt_tuning_init: TEXT, "
                + "prompt_tuning_init_text: a great film, tokenizer_name_or_path: models/tiny}}",
            "{uses: p-tuning, with: {num_virtual_tokens: 4, encoder_hidden_size: 8}}",
            "{uses: p-tuning, with: {num_virtual_tokens: 4, encoder_hidden_size: 8, encoder_reparameterization_type: LSTM}}",
            "{uses: prefix-tuning, with: {num_virtual_tokens: 4}}",
            "{uses: prefix-tuning, with: {num_virtual_tokens: 4, prefix_projection: true}}",
        ])
    func softPrompts(method: String) throws {
        try TinyProject.with(method: method) { project in
            let (ended, stages) = try project.run("--keep-going")
            #expect(ended.status == 1)
            #expect(
                project.states(stages) == [
                    "rows": "ran", "tokens": "ran", "method": "ran", "adapter": "ran", "scores": "ran",
                    "merged": "failed",
                ], "\(ended.output)")
            #expect(ended.output.contains("merge"))
        }
    }

    @Test(
        "variants of LoRA and IA3 train, score and merge",
        arguments: [
            "{uses: lora, with: {r: 2, target_modules: all-linear, use_dora: true, rank_pattern: {query: 4}}}",
            "{uses: lora, with: {r: 2, target_modules: [query, word_embeddings], bias: all, modules_to_save: [pooler]}}",
            "{uses: ia3, with: {target_modules: [key, output.dense], feedforward_modules: [output.dense]}}",
        ])
    func variants(method: String) throws {
        try TinyProject.with(method: method) { project in
            let (ended, stages) = try project.run()
            #expect(ended.status == 0, "\(ended.output)")
            #expect(stages["merged"]?["metrics"]["max_logit_difference"].doubleValue ?? 1 < 1e-4)
        }
    }

    @Test("two adapters are combined, and the result scores and merges")
    func combined() throws {
        try TinyProject.with { project in
            let second = """
                  again:
                    uses: train
                    from: {tokens: tokens, method: method}
                    with: {model: models/tiny, epochs: 2, batch_size: 8, learning_rate: 1.0e-2, seed: 7}
                  both:
                    uses: combine
                    from: {first: adapter, second: again}
                    with: {weights: [0.5, 0.5], combination_type: ties, density: 0.8}

                """
            let pipeline = TinyProject.pipeline(method: TinyProject.lora)
                .replacing("from: {adapter: adapter, tokens: tokens}", with: "from: {adapter: both, tokens: tokens}")
            try project.write(pipeline + second, to: "p.yaml")
            let (ended, stages) = try project.run()
            #expect(ended.status == 0, "\(ended.output)\(ended.errors)")
            #expect(stages["merged"]?["metrics"]["max_logit_difference"].doubleValue ?? 1 < 1e-4)
            #expect(stages["both"]?["metrics"]["parameters"].intValue ?? 0 > 0)
        }
    }

    @Test("an adapter that was trained before is taken in, scores the same, and is refused on another base or name")
    func taken() throws {
        try TinyProject.with { project in
            let (_, stages) = try project.run()
            let trained = URL(fileURLWithPath: stages["adapter"]?["artifact"].stringValue ?? "")
            try FileManager.default.copyItem(at: trained, to: project.folder.appending(path: "taken"))
            func pipeline(model: String, name: String = "models/tiny", source: String = "taken") -> String {
                TinyProject.beginning() + """
                      adapter:
                        uses: adapter
                        with: {source: \(source), model: \(model), base_model_name: \(name), labels: [bad, fair, good]}
                      scores:
                        uses: evaluate
                        from: {adapter: adapter, tokens: tokens}

                    """
            }
            try project.write(pipeline(model: "models/tiny"), to: "p.yaml")
            let (ended, again) = try project.run()
            #expect(ended.status == 0, "\(ended.output)\(ended.errors)")
            #expect(again["scores"]?["metrics"] == stages["scores"]?["metrics"])

            try project.write(pipeline(model: "models/tiny", name: "models/large"), to: "p.yaml")
            // A digest that agrees says more than a name.
            #expect(try project.run().ended.status == 0)
            try FileManager.default.removeItem(at: project.folder.appending(path: "taken/base_model.json"))
            let other = try project.run().ended
            #expect(other.status == 1)
            #expect(other.output.contains("made for the base model `models/tiny`, not for `models/large`"))

            // The same shapes, other weights.
            try FileManager.default.copyItem(
                at: trained.appending(path: "base_model.json"),
                to: project.folder.appending(path: "taken/base_model.json"))
            let weights = project.folder.appending(path: "models/tiny/model.safetensors")
            var bytes = try Data(contentsOf: weights)
            for index in (bytes.count / 2)..<bytes.count where index.isMultiple(of: 4) { bytes[index] ^= 0x40 }
            try bytes.write(to: weights)
            try project.write(pipeline(model: "models/tiny"), to: "p.yaml")
            let changed = try project.run().ended
            #expect(changed.status == 1)
            #expect(changed.output.contains("was made for another base model"))

            try FileManager.default.createDirectory(
                at: project.folder.appending(path: "pickled"), withIntermediateDirectories: true)
            try FileManager.default.copyItem(
                at: project.folder.appending(path: "taken/adapter_config.json"),
                to: project.folder.appending(path: "pickled/adapter_config.json"))
            try project.write("PK", to: "pickled/adapter_model.bin")
            try project.write(pipeline(model: "models/tiny", source: "pickled"), to: "p.yaml")
            let pickled = try project.run().ended
            #expect(pickled.status == 1)
            #expect(pickled.output.contains("adapter_model.bin is a pickle"))
        }
    }

    @Test("full fine-tuning leaves a model that scores the same once merged")
    func full() throws {
        try TinyProject.with(method: "{uses: full}") { project in
            let (ended, stages) = try project.run()
            #expect(ended.status == 0, "\(ended.output)")
            #expect(stages["merged"]?["metrics"]["max_logit_difference"] == 0)
        }
    }

    @Test("training that is killed goes on from its checkpoint, and the result is the same, bit for bit")
    func killed() throws {
        var undisturbed: [String: String] = [:]
        try TinyProject.with { project in
            try project.write(TinyProject.pipeline(method: TinyProject.lora, epochs: 40), to: "p.yaml")
            undisturbed = project.digests(try project.run().stages)
        }
        try TinyProject.with { project in
            try project.write(TinyProject.pipeline(method: TinyProject.lora, epochs: 40), to: "p.yaml")
            let running = try project.program.start(["run", "p.yaml", "--threads", "1"])
            let work = project.folder.appending(path: ".peft-pipeline/work")
            try waitUntil("there is a checkpoint") {
                let keys = (try? FileManager.default.contentsOfDirectory(atPath: work.path)) ?? []
                return keys.contains { key in
                    FileManager.default.fileExists(atPath: work.path + "/\(key)/scratch/checkpoint")
                }
            }
            let workers = children(of: running.process.processIdentifier)
            kill(running.process.processIdentifier, SIGKILL)
            _ = try running.wait()
            try waitUntil("the worker is gone") { workers.allSatisfy { kill($0, 0) != 0 } }

            let (ended, stages) = try project.run()
            #expect(ended.status == 0, "\(ended.output)")
            #expect(project.digests(stages) == undisturbed)
            #expect((stages["adapter"]?["measurements"]["resumed_from_step"].intValue ?? 0) > 0)
        }
    }

    @Test("Ctrl-C keeps the checkpoint and ends with 130; the next run goes on")
    func interrupted() throws {
        try TinyProject.with { project in
            try project.write(TinyProject.pipeline(method: TinyProject.lora, epochs: 400), to: "p.yaml")
            let running = try project.program.start(["run", "p.yaml", "--threads", "1", "--json"])
            try waitUntil("training is under way") { running.outputSoFar.contains("epoch 2/400") }
            kill(running.process.processIdentifier, SIGINT)
            let ended = try running.wait()
            #expect(ended.status == 130)
            #expect(project.states(try TinyProject.stages(ended.output))["adapter"] == "stopped")

            let again = try project.program.start(["run", "p.yaml", "--threads", "1", "--json"])
            try waitUntil("training went on") { again.outputSoFar.contains("\"goes_on\":true") }
            kill(again.process.processIdentifier, SIGINT)
            #expect(try again.wait().status == 130)
        }
    }

    @Test("a model file that is cut off, and a target that matches nothing, are errors in words at the pipeline's line")
    func badInput() throws {
        try TinyProject.with { project in
            let weights = project.folder.appending(path: "models/tiny/model.safetensors")
            let whole = try Data(contentsOf: weights)
            try whole.prefix(whole.count / 2).write(to: weights)
            let (ended, stages) = try project.run()
            #expect(ended.status == 1)
            #expect(project.states(stages)["adapter"] == "failed")
            let findings = try findings(ended)
            #expect(findings.contains { $0["message"].stringValue?.contains("model.safetensors") == true })
            #expect(findings.contains { $0["file"] == "p.yaml" && $0["line"] == 15 })
            try whole.write(to: weights)

            let missed = TinyProject.lora.replacing("[query, value]", with: "[querry]")
            try project.write(TinyProject.pipeline(method: missed), to: "p.yaml")
            let (second, _) = try project.run()
            #expect(second.status == 1)
            // The method is at fault, at the line that names it.
            #expect(
                try self.findings(second).contains {
                    $0["message"].stringValue?.contains("querry") == true && $0["line"] == 14
                })
        }
    }

    @Test("a disk that is full fails the stage in words, and the next run finishes")
    func diskFull() throws {
        try TinyProject.with { project in
            // A file may have no more than 40 kB: the merged model has more.
            let limited = Process()
            limited.executableURL = URL(fileURLWithPath: "/bin/sh")
            limited.arguments = [
                "-c", "ulimit -f 80; exec \"$0\" run p.yaml --threads 1 2>errors >output",
                Program.buildFolder.appending(path: "peft-pipeline").path,
            ]
            limited.currentDirectoryURL = project.folder
            try limited.run()
            limited.waitUntilExit()
            #expect(limited.terminationStatus == 1)
            let errors = try String(contentsOf: project.folder.appending(path: "errors"), encoding: .utf8)
            #expect(errors.contains("error: "))
            let (ended, _) = try project.run()
            #expect(ended.status == 0, "\(ended.output)")
        }
    }

    @Test("every pipeline of the project is valid")
    func projectPipelines() throws {
        let folder = Program.packageFolder.appending(path: "pipelines")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".yaml") }
        #expect(names.count >= 4)
        for name in names {
            let ended = try Program(folder: Program.packageFolder)("validate", "pipelines/\(name)", "--without-files")
            #expect(ended.status == 0, "\(ended.errors)")
            #expect(ended.errors.isEmpty, "\(ended.errors)")
        }
    }

    @Test(
        "every pipeline of the project runs to its end, on its own data and a tiny model",
        arguments: [
            "sentiment", "sentiment-prompt-tuning", "sentiment-p-tuning", "sst2", "sst2-prompts", "compare-methods",
            "low-memory", "many-adapters", "trim", "joint", "forgetting", "distill",
        ])
    func projectPipelinesRun(name: String) throws {
        try TinyProject.with { project in
            let package = Program.packageFolder
            // Ranks are taken in steps, of which few rows make too few.
            try project.writeDatasets(rows: name == "trim" ? .max : 160)
            let rows = (0..<40).map { "a \($0 % 2 == 0 ? "lovely" : "awful") film, number \($0)\t\(1 - $0 % 2)\n" }
            try project.write(rows.prefix(30).joined(), to: "train.tsv")
            try project.write(rows.dropFirst(30).joined(), to: "dev.tsv")
            let text = try String(contentsOf: package.appending(path: "pipelines/\(name).yaml"), encoding: .utf8)
            // The tiny model has 24 positions.
            try project.write(text.replacing("max_length: 128", with: "max_length: 16"), to: "p.yaml")
            var settings = ["model=models/tiny"]
            for name in ["epochs", "place_epochs", "praise_epochs", "domain_epochs"]
            where text.contains("\n  \(name): ") {
                settings.append("\(name)=1")
            }
            if text.contains("\n  num_virtual_tokens: ") { settings.append("num_virtual_tokens=4") }
            if name == "compare-methods" { settings.append("seeds=[1]") }
            if name == "low-memory" { settings += ["hidden_size=24", "layers=1", "rows=8"] }
            if ["joint", "distill"].contains(name) { settings.append("seeds=[1]") }
            if name == "distill" { settings.append("layers=[1]") }
            if name == "trim" { settings.append("epochs=2") }
            if name.hasPrefix("sst2") { settings.append("data=.") }
            let ended = try project.program.run(
                ["run", "p.yaml", "--json", "--threads", "1"] + settings.flatMap { ["--set", $0] })
            #expect(ended.status == 0, "\(ended.output)\(ended.errors)")
            // Two stages that compute the same are one computation and a hit, whichever comes first.
            let hits = ["low-memory", "forgetting"].contains(name) ? ["hit"] : []
            let states = project.states(try TinyProject.stages(ended.output))
            #expect(states.values.filter { $0 != "ran" } == hits, "\(states)")
        }
    }

    @Test(
        "a pipeline that makes its base model takes another one",
        arguments: ["capitals", "generation", "instructions"])
    func otherBase(name: String) throws {
        try TinyProject.with { project in
            let package = Program.packageFolder
            try project.writeDatasets()
            try FileManager.default.createSymbolicLink(
                at: project.folder.appending(path: "parts"),
                withDestinationURL: package.appending(path: "pipelines/parts"))
            try project.write(
                """
                version: 1
                name: small
                stages:
                  notes: {uses: data, with: {source: datasets/huts/notes.jsonl, target: none, limit: 50, split: {train: 1}}}
                  blank:
                    uses: new-model
                    from: {dataset: notes}
                    with: {architecture: llama, hidden_size: 16, num_hidden_layers: 1, num_attention_heads: 2, vocab_size: 300}
                """, to: "p.yaml")
            let (made, stages) = try project.run()
            #expect(made.status == 0, "\(made.output)\(made.errors)")
            let model = try #require(stages["blank"]?["artifact"].stringValue)
            try FileManager.default.copyItem(
                at: package.appending(path: "pipelines/\(name).yaml"), to: project.folder.appending(path: "other.yaml"))
            var settings = ["model=\(model)", "target_modules=[q_proj]", "epochs=1"]
            if name == "capitals" { settings.append("seeds=[1]") }
            if name == "generation" { settings.append("num_beams=1") }
            let ended = try project.program.run(
                ["run", "other.yaml", "--only", "table", "--json", "--threads", "1"]
                    + settings.flatMap { ["--set", $0] })
            #expect(ended.status == 0, "\(ended.output)\(ended.errors)")
            let ran = try TinyProject.stages(ended.output)
            #expect(ran["base"]?["summary"].stringValue?.hasPrefix("llama") == true)
            #expect(ran["table"] != nil && ran["pretraining"] == nil)
        }
    }

    // MARK: - Helpers

    private func findings(_ ended: Program.Ended) throws -> [JSONValue] {
        try ended.output.split(separator: "\n").map { try JSONValue(parsing: $0) }.filter { $0["event"] == "finding" }
    }

    private struct TooLong: Error { let what: String }

    private func waitUntil(_ what: String, _ condition: () -> Bool) throws {
        let end = ContinuousClock.now + .seconds(20)
        while !condition() {
            guard ContinuousClock.now < end else { throw TooLong(what: what) }
            usleep(10_000)
        }
    }

    private func children(of process: Int32) -> [Int32] {
        let path = "/proc/\(process)/task/\(process)/children"
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        return text.split(separator: " ").compactMap { Int32($0) }
    }
}
