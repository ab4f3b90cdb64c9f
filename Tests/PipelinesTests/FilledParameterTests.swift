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
                        help: "A model's folder."),
                    ParameterDeclaration(
                        name: "max_length", type: .integer(1...100), default: .value(8), help: "Tokens of a text."),
                ],
                inputs: [
                    InputDeclaration("rows", SmallCatalogue.rows, help: "The texts."),
                    InputDeclaration(fillingParameter: "tokenizer", model, help: "Instead of the path."),
                ],
                output: .always(SmallCatalogue.tokens), example: ""),
            StageDeclaration(
                kind: "blank", version: 1, summary: "Make a model", parameters: [], output: .always(model), example: ""),
        ]

    /// Stages of which the second takes the model over from `tokens`.
    private static let training = """
          method: {uses: lora}
          adapter: {uses: train, from: {tokens: tokens, method: method}}
        """

    private func load(_ text: String) -> (pipeline: Pipeline?, messages: [String]) {
        let (pipeline, findings) = Pipeline.load(
            source: .init(path: "pipeline.yaml", contents: text), catalogue: Self.catalogue,
            projectFolder: project.folder)
        return (pipeline, findings.map(\.message))
    }

    private func text(_ tokens: String, params: String = "{}", with rest: String = "") -> String {
        """
        version: 1
        name: filled
        params: \(params)
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
                with: Self.training))
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

    @Test(
        "is chosen by a parameter, which is its name or a path", arguments: ["base", "models/small", "./models/small"])
    func chosen(model: String) throws {
        let (pipeline, messages) = load(
            text(
                "from: {rows: rows, tokenizer: $(model)}", params: "{model: \(model)}",
                with: Self.training))
        #expect(messages.isEmpty)
        let loaded = try #require(pipeline)
        for (name, parameter) in [("tokens", "tokenizer"), ("adapter", "model")] {
            let stage = try #require(loaded.stage(named: name))
            #expect(stage.feeders.contains("base") == (model == "base"))
            let values = stage.parameterValues(artifacts: ["base": "/store/objects/12"]).json
            #expect(values[parameter]["spelled"] == .string(model))
            #expect(stage.originDescription(ofParameter: [parameter]) == "pipeline.yaml:3")
        }
    }

    @Test("and a path is chosen for every instance of a stage that fans out")
    func fannedOut() throws {
        let (pipeline, messages) = load(
            text(
                "from: {rows: rows, tokenizer: base}",
                with: """
                      sized:
                        uses: tokenize
                        matrix: {length: [8, 16]}
                        from: {rows: rows, tokenizer: models/small}
                        with: {max_length: $(length)}
                    """))
        #expect(messages.isEmpty)
        let instances = try #require(pipeline).stages.filter { $0.writtenName == "sized" }
        #expect(instances.map(\.name) == ["sized[length=8]", "sized[length=16]"])
        #expect(instances.allSatisfy { $0.values["tokenizer"] == "models/small" })
    }

    @Test("what a parameter gives is a name or a path, and a path stands only where there is a parameter for it")
    func misplaced() {
        #expect(
            load(text("from: {rows: rows, tokenizer: $(model)}", params: "{model: 3}")).messages
                == ["`$(model)` stands for no name of a stage for the input `tokenizer`"])
        #expect(
            load(text("from: {rows: rows, tokenizer: $(model)}", params: "{model: bare}")).messages
                == ["unknown stage `bare`"])
        #expect(load(text("from: {rows: ./rows, tokenizer: base}")).messages == ["unknown stage `./rows`"])
        #expect(
            load(text("from: {rows: rows, tokenizer: models/small}, with: {tokenizer: models/small}")).messages
                == ["stage `tokens` has `tokenizer` under `from` and under `with`"])
        #expect(
            load(text("from: {rows: rows, tokenizer: models/none}")).messages
                == ["there is no folder `models/none`"])
    }

    @Test("is not written as one")
    func written() {
        #expect(
            load(text("from: {rows: rows}, with: {tokenizer: \"stage:base\"}")).messages == ["`stage:base` is no path"])
    }
}
