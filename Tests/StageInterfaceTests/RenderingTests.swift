import JSONValues
import StageInterface
import TestSupport
import Testing

@Suite("What is made of a declaration")
struct RenderingTests {
    static let rows = ArtifactType("rows", summary: "rows of text")

    static let data = StageDeclaration(
        kind: "data", version: 1, summary: "Read rows of text and label from files, and split them",
        discussion: """
            Rows whose text is empty are dropped and counted. The split is a seeded shuffle; sizes are exact to one \
            row, and the same rows give the same split on every machine.
            """,
        parameters: [
            Parameter.files("source", extensions: ["csv", "jsonl"], help: "The file with the rows.").declaration,
            Parameter.optionalRecord(
                "split",
                [
                    Parameter.number("train", in: .fraction, help: "Share for training.").declaration,
                    Parameter.integer("seed", default: 42, help: "Seed of the shuffle.").declaration,
                ], help: "Shares of the rows for each split, or everything for training."
            ).declaration,
            Parameter.boolean("header", default: true, help: "The first line names the columns.").declaration,
            Parameter.texts("labels", default: ["a", "b|c"], help: "The classes.").declaration,
        ],
        output: .always(rows),
        example: """
            reviews:
              uses: data
              with: {source: reviews.csv}
            """)

    static let train = StageDeclaration(
        kind: "train", version: 1, summary: "Train a model on rows",
        parameters: [
            Parameter.folder(
                "model", reading: ["config.json"], default: .inherited(input: "rows", parameter: "source"),
                help: "The base model's folder."
            ).declaration,
            Parameter.number("learning_rate", default: 5e-4, in: .positive, help: "Step size.").declaration,
            Parameter.integer("epochs", default: 3, in: 1 ... .max, help: "Passes over the rows.").declaration,
            Parameter.integer("save_steps", default: 50, in: 1 ... .max, help: "Steps between checkpoints.")
                .withoutKey.declaration,
        ],
        inputs: [
            InputDeclaration("rows", rows, help: "What to train on."),
            InputDeclaration(
                "start", ArtifactType("model", summary: ""), rows, isRequired: false, help: "Where to go on from."),
        ],
        output: .always(ArtifactType("adapter", summary: "what a training leaves")), example: "")

    @Test("help for a terminal, at its width")
    func help() {
        GoldenFile("help-data.txt").expect(Self.data.help(width: 100))
        GoldenFile("help-train-narrow.txt").expect(Self.train.help(width: 60))
        for line in Self.train.help(width: 60).split(separator: "\n") { #expect(line.count <= 60) }
    }

    @Test("a section of the reference")
    func reference() {
        GoldenFile("reference.md").expect(Self.data.reference + "\n" + Self.train.reference)
    }

    /// `ValidateSchema.py` beside this file checks the schema itself, and pipelines against it.
    @Test("a JSON Schema of pipelines")
    func schema() throws {
        GoldenFile("schema.json").expect(try StageDeclaration.jsonSchema(for: [Self.data, Self.train]).pretty)
    }
}
