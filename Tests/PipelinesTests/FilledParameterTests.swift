import Diagnostics
import JSONValues
import Pipelines
import StageInterface
import Testing

/// Folders of parameters that stages give.
@Suite("A stage in the place of a path")
struct FilledParameterTests {
    private let project: Project

    init() throws { project = try Project() }

    private static let model = ArtifactType("model", summary: "a model")

    private static let catalogue =
        SmallCatalogue.declarations.filter { $0.kind != "tokenize" } + [
            StageDeclaration(
                kind: "tokenize", version: 1, summary: "Split texts into tokens",
                parameters: [
                    ParameterDeclaration(
                        name: "tokenizer", type: .folder(reading: ["tokenizer.json"]), default: .required,
                        help: "A model's folder.")
                ],
                inputs: [
                    InputDeclaration("rows", SmallCatalogue.rows, help: "The texts."),
                    InputDeclaration(fillingParameter: "tokenizer", model, help: "Instead of the path."),
                ],
                output: .always(SmallCatalogue.tokens), example: ""),
            StageDeclaration(
                kind: "blank", version: 1, summary: "Make a model", parameters: [], output: .always(model), example: ""),
        ]

    private func load(_ text: String) -> (pipeline: Pipeline?, messages: [String]) {
        let (pipeline, findings) = Pipeline.load(
            source: .init(path: "pipeline.yaml", contents: text), catalogue: Self.catalogue,
            projectFolder: project.folder)
        return (pipeline, findings.map(\.message))
    }

    private func text(_ tokens: String, with rest: String = "") -> String {
        """
        version: 1
        name: filled
        stages:
          base: {uses: blank}
          rows: {uses: data, with: {source: data/rows.csv}}
          tokens: {uses: tokenize, \(tokens)}
        \(rest)
        """
    }

    @Test("feeds the stage and those that inherit the parameter, and is no input of theirs")
    func inherited() throws {
        let (pipeline, messages) = load(
            text(
                "from: {rows: rows, tokenizer: base}",
                with: """
                      method: {uses: lora}
                      adapter: {uses: train, from: {tokens: tokens, method: method}}
                    """))
        #expect(messages.isEmpty)
        let loaded = try #require(pipeline)
        for (name, parameter) in [("tokens", "tokenizer"), ("adapter", "model")] {
            let stage = try #require(loaded.stage(named: name))
            #expect(stage.supplied.map(\.stage) == ["base"])
            #expect(stage.supplied.map(\.parameter) == [[parameter]])
            #expect(!stage.inputs.contains { $0.stage == "base" })
            #expect(stage.feeders.contains("base"))
            let values = stage.parameterValues(artifacts: ["base": "/store/objects/12"])
            #expect(values.json[parameter]["path"] == "/store/objects/12")
            #expect(values.json[parameter]["spelled"] == "base")
        }
    }

    @Test("and a path are one too many, and neither is one too few")
    func both() {
        #expect(
            load(text("from: {rows: rows, tokenizer: base}, with: {tokenizer: models/small}")).messages
                == ["stage `tokens` has `tokenizer` under `from` and under `with`"])
        #expect(
            load(text("from: {rows: rows}")).messages == [
                "the key `tokenizer` is missing in stage `tokens`"
            ])
        #expect(
            load(text("from: {rows: rows, tokenizer: rows}")).messages
                == ["`tokenizer` wants an artifact of type model; stage `rows` gives rows"])
    }

    @Test("is not written as one")
    func written() {
        #expect(
            load(text("from: {rows: rows}, with: {tokenizer: \"stage:base\"}")).messages == ["`stage:base` is no path"])
    }
}
