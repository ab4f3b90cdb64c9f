import Foundation
import JSONValues
import TestSupport
import Testing

/// A project whose model is so small that a whole pipeline takes seconds.
struct TinyProject {
    let program: Program

    private static let words = [
        "awful", "poor", "wrong", "plain", "usual", "even", "fine", "great", "lovely", "meal", "film", "tool", "room",
    ]

    /// Runs a body with the project's folder: TinyBERT with a vocabulary, ninety rows of three classes, and a pipeline.
    static func with(method: String = lora, _ body: (TinyProject) throws -> Void) throws {
        try withTemporaryFolder { folder in
            let project = TinyProject(program: Program(folder: folder))
            let model = folder.appending(path: "models/tiny")
            try FileManager.default.createDirectory(at: model, withIntermediateDirectories: true)
            let tiny = Program.packageFolder.appending(path: "Tests/TestSupport/TinyBERT")
            for name in ["config.json", "model.safetensors"] {
                try FileManager.default.copyItem(at: tiny.appending(path: name), to: model.appending(path: name))
            }
            let vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + words
            try project.write(vocabulary.map { $0 + "\n" }.joined(), to: "models/tiny/vocab.txt")
            let rows = (0..<90).map { index in
                "the \(words[index % 9]) \(words[9 + index / 9 % 4]) \(index),\(["bad", "fair", "good"][index % 9 / 3])\n"
            }
            try project.write("text,label\n" + rows.joined(), to: "rows.csv")
            try project.write(pipeline(method: method), to: "p.yaml")
            try body(project)
        }
    }

    static let lora = "{uses: lora, with: {r: 4, lora_alpha: 8, target_modules: [query, value]}}"

    /// The stages `rows` and `tokens`, to which a pipeline adds its own.
    static func beginning(data: String = "source: rows.csv") -> String {
        """
        version: 1
        name: tiny
        stages:
          rows:
            uses: data
            with: {\(data), split: {train: 0.6, validation: 0.2, test: 0.2}}
          tokens:
            uses: tokenize
            from: {dataset: rows}
            with: {tokenizer: models/tiny, max_length: 12}

        """
    }

    static func pipeline(
        method: String, data: String = "source: rows.csv", task: String = "sequence-classification", epochs: Int = 2,
        learningRate: String = "1.0e-2"
    ) -> String {
        beginning(data: data) + """
              method: \(method)
              adapter:
                uses: train
                from: {tokens: tokens, method: method}
                with: {task: \(task), model: models/tiny, epochs: \(epochs), batch_size: 8, learning_rate: \(learningRate),
                       save_steps: 3}
              scores:
                uses: evaluate
                from: {adapter: adapter, tokens: tokens}
              merged:
                uses: merge
                from: {adapter: adapter, tokens: tokens}

            """
    }

    var folder: URL { program.folder }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: folder.appending(path: name))
    }

    /// The project's own data sets, of each file some rows from its beginning to its end, and all else as it is.
    func writeDatasets(rows most: Int = 160) throws {
        let source = Program.packageFolder.appending(path: "datasets")
        let files = FileManager.default.enumerator(at: source, includingPropertiesForKeys: [.isRegularFileKey])
        while let file = files?.nextObject() as? URL {
            guard try file.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true else { continue }
            let copy = folder.appending(path: "datasets" + file.path.dropFirst(source.path.count))
            try FileManager.default.createDirectory(
                at: copy.deletingLastPathComponent(), withIntermediateDirectories: true)
            guard file.pathExtension == "jsonl" else {
                try FileManager.default.copyItem(at: file, to: copy)
                continue
            }
            let lines = try Data(contentsOf: file).split(separator: UInt8(ascii: "\n"))
            let step = max(1, lines.count / most)
            let kept = stride(from: 0, to: lines.count, by: step).flatMap { lines[$0] + [UInt8(ascii: "\n")] }
            try Data(kept).write(to: copy)
        }
    }

    /// Each stage's end in a run.
    func run(_ arguments: String...) throws -> (ended: Program.Ended, stages: [String: JSONValue]) {
        let ended = try program.run(["run", "p.yaml", "--json", "--threads", "1"] + arguments)
        return (ended, try Self.stages(ended.output))
    }

    static func stages(_ output: String) throws -> [String: JSONValue] {
        var stages: [String: JSONValue] = [:]
        for line in output.split(separator: "\n") {
            let event = try JSONValue(parsing: line)
            if event["event"] == "finished", let stage = event["stage"].stringValue { stages[stage] = event }
        }
        return stages
    }

    func states(_ stages: [String: JSONValue]) -> [String: String] {
        stages.compactMapValues { $0["state"].stringValue }
    }

    /// The artifacts by stage.
    func digests(_ stages: [String: JSONValue]) -> [String: String] {
        stages.compactMapValues { $0["digest"].stringValue }
    }
}
