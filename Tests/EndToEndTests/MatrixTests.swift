import Foundation
import JSONValues
import TestSupport
import Testing

/// A sweep through the built programs.
@Suite("Matrices, end to end", .ownThread)
struct MatrixTests {
    private static let pipeline = """
        version: 1
        name: tiny
        params: {share: 0.2}
        stages:
          rows:
            uses: data
            matrix: {seed: [1, 2, 3]}
            with: {source: rows.csv, split: {train: 0.6, validation: $(share), test: 0.2, seed: $(seed)}}
          tokens:
            uses: tokenize
            from: {dataset: rows}
            with: {tokenizer: models/tiny, max_length: 12}

        """

    @Test("a sweep gathers in one table, and a changed score is named")
    func comparison() throws {
        try TinyProject.with { project in
            try project.write(
                TinyProject.beginning() + """
                      method: {uses: lora, matrix: {r: [1, 2]}, with: {r: $(r), target_modules: [query]}}
                      adapter:
                        uses: train
                        from: {tokens: tokens, method: method}
                        matrix: {seed: [1, 2]}
                        with: {model: models/tiny, epochs: 1, batch_size: 8, learning_rate: 0.01, seed: $(seed)}
                      scores: {uses: evaluate, from: {adapter: adapter, tokens: tokens}}
                      comparison: {uses: compare, from: scores, with: {sort_by: accuracy}}

                    """, to: "p.yaml")
            let first = try project.run()
            #expect(first.ended.status == 0, "\(first.ended.errors)")
            let shown = try project.program("metrics", "p.yaml", "comparison", "--threads", "1")
            #expect(shown.output.contains("r  scores"), "\(shown.output)")
            #expect(shown.output.contains(" ± "), "\(shown.output)")
            let again = try project.run()
            #expect(Set(project.states(again.stages).values) == ["hit"])
        }
    }

    @Test("instances run, are found again, and are named whole or in part")
    func sweep() throws {
        try TinyProject.with { project in
            try project.write(Self.pipeline, to: "p.yaml")
            let only = try project.run("--only", "tokens[seed=2]")
            #expect(only.ended.status == 0, "\(only.ended.errors)")
            #expect(project.states(only.stages) == ["rows[seed=2]": "ran", "tokens[seed=2]": "ran"])
            let all = try project.run("--only", "tokens")
            #expect(all.stages.count == 6)
            #expect(
                project.states(all.stages).filter { $0.value == "hit" }.keys.sorted() == [
                    "rows[seed=2]", "tokens[seed=2]",
                ])
            #expect(Set(project.digests(all.stages).values).count == 6)

            let status = try project.program("status", "p.yaml", "tokens[seed=1]", "--threads", "1")
            #expect(status.status == 0)
            #expect(status.output.contains("tokens[seed=1]") && !status.output.contains("seed=2"))
            let shown = try project.program("show", "p.yaml", "tokens", "--path", "--threads", "1")
            #expect(shown.output.split(separator: "\n").count == 3)
            let explained = try project.program("explain", "p.yaml", "rows[seed=3]", "--threads", "1")
            #expect(explained.output.contains("p.yaml:7"), "\(explained.output)")

            let wrong = try project.program("explain", "p.yaml", "tokens[seed=4]")
            #expect(wrong.status == 2)
            #expect(wrong.errors.contains("the values of `seed` are 1, 2, 3"), "\(wrong.errors)")
        }
    }
}
