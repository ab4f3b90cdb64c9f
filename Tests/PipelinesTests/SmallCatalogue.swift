import JSONValues
import StageInterface

/// Stage kinds with one of everything, so that tests don't depend on the real ones.
enum SmallCatalogue {
    static let rows = ArtifactType("rows", summary: "rows of text")
    static let tokens = ArtifactType("tokens", summary: "token ids")
    static let method = ArtifactType("method", summary: "how a model is trained")
    static let adapter = ArtifactType("adapter", summary: "what a training leaves")

    static let declarations = [data, tokenize, lora, train, report, compare]

    static let data = StageDeclaration(
        kind: "data", version: 1, summary: "Read rows",
        parameters: [
            ParameterDeclaration(
                name: "source",
                type: .oneOf([
                    .file(FileUse(extensions: ["csv", "jsonl"])),
                    .list(of: .file(FileUse(extensions: ["csv", "jsonl"])), atLeast: 1),
                ]), default: .required, help: "Files with rows."),
            ParameterDeclaration(
                name: "split",
                type: .record([
                    ParameterDeclaration(
                        name: "train", type: .number(.fraction), default: .required, help: "Share for training."),
                    ParameterDeclaration(
                        name: "test", type: .number(.fraction), default: .value(0), help: "Share for testing."),
                ]), default: .absent, help: "Shares of the rows."),
            ParameterDeclaration(name: "header", type: .boolean, default: .value(true), help: "There is a header."),
        ],
        output: .always(rows), example: "rows:\n  uses: data\n  with: {source: rows.csv}\n",
        check: { values in
            let split = values.json["split"]
            guard let train = split["train"].doubleValue, let test = split["test"].doubleValue, train + test > 1
            else { return [] }
            return [ParameterProblem(path: ["split"], message: "the shares add up to more than 1")]
        })

    static let tokenize = StageDeclaration(
        kind: "tokenize", version: 1, summary: "Split texts into tokens",
        parameters: [
            ParameterDeclaration(
                name: "tokenizer", type: .folder(reading: ["tokenizer.json", "vocab.txt"]), default: .required,
                help: "A model's folder."),
            ParameterDeclaration(
                name: "max_length", type: .integer(1...8192), default: .value(128), help: "Longer texts are cut."),
        ],
        inputs: [InputDeclaration("rows", rows, help: "The texts.")],
        output: .always(tokens), example: "")

    static let lora = StageDeclaration(
        kind: "lora", version: 1, summary: "Add low-rank matrices",
        parameters: [
            ParameterDeclaration(name: "r", type: .integer(1...4096), default: .value(8), help: "The rank."),
            ParameterDeclaration(
                name: "lora_alpha", type: .number(.positive), default: .value(8), help: "The scale."),
            ParameterDeclaration(
                name: "bias", type: .choice(["none", "all", "lora_only"]), default: .value("none"),
                help: "Which biases are trained."),
            ParameterDeclaration(
                name: "target_modules", type: .oneOf([.text, .list(of: .text, atLeast: 1)]), default: .absent,
                help: "Which layers."),
        ],
        output: .always(method), example: "")

    static let train = StageDeclaration(
        kind: "train", version: 1, summary: "Train",
        parameters: [
            ParameterDeclaration(
                name: "model", type: .folder(reading: ["config.json"]),
                default: .inherited(input: "tokens", parameter: "tokenizer"), help: "The base model."),
            ParameterDeclaration(
                name: "learning_rate", type: .number(.positive), default: .value(0.001), help: "The step."),
            ParameterDeclaration(
                name: "rank", type: .integer(1...16), default: .inherited(input: "method", parameter: "r"),
                help: "For testing."),
            ParameterDeclaration(name: "note", type: .text, default: .value(""), help: "Free text."),
        ],
        inputs: [
            InputDeclaration("tokens", tokens, help: "What to train on."),
            InputDeclaration("method", method, help: "How to train."),
            InputDeclaration("start", adapter, isRequired: false, help: "Where to go on from."),
        ],
        output: .always(adapter), example: "")

    static let report = StageDeclaration(
        kind: "report", version: 1, summary: "Write a report",
        parameters: [
            ParameterDeclaration(
                name: "title", type: .text, default: .inherited(input: "of", parameter: "note"), help: "The title.")
        ],
        inputs: [InputDeclaration("of", adapter, rows, isRequired: false, help: "What to report.")],
        output: .always(ArtifactType("page", summary: "a page")), example: "")

    static let comparison = ArtifactType("comparison", summary: "adapters side by side")

    static let compare = StageDeclaration(
        kind: "compare", version: 1, summary: "Compare adapters", parameters: [],
        inputs: [
            InputDeclaration("adapters", adapter, gathers: true, help: "What is compared."),
            InputDeclaration("tokens", tokens, isRequired: false, help: "For testing."),
        ],
        output: .always(comparison), example: "")
}
