import JSONValues
import StageInterface

/// Stage kinds whose results follow from their parameters and inputs in a line of code; ``FakeWorker`` computes them.
enum SmallCatalogue {
    static let text = ArtifactType("text", summary: "a text")
    static let method = ArtifactType("method", summary: "how a model is trained")

    static let kinds = [source, folder, trim, methodKind, train, join]

    /// The text of some files.
    static let source = StageDeclaration(
        kind: "source", version: 1, summary: "Read files",
        parameters: [
            ParameterDeclaration(
                name: "path",
                type: .oneOf([
                    .file(FileUse(extensions: ["txt", "md"])),
                    .list(of: .file(FileUse(extensions: ["txt", "md"])), atLeast: 1),
                ]), default: .required, help: "What to read."),
            ParameterDeclaration(
                name: "header", type: .file(FileUse()), default: .absent, help: "A file to put in front."),
        ], output: .always(text), example: "")

    /// The text of the files of a folder.
    static let folder = StageDeclaration(
        kind: "folder", version: 1, summary: "Read a folder",
        parameters: [
            ParameterDeclaration(
                name: "model", type: .folder(reading: ["config.txt", "vocab.txt"]), default: .required,
                help: "What to read.")
        ], output: .always(text), example: "")

    /// The first characters of a text.
    static let trim = StageDeclaration(
        kind: "trim", version: 1, summary: "Cut a text",
        parameters: [
            ParameterDeclaration(name: "keep", type: .integer(0...1000), default: .value(3), help: "How many.")
        ], inputs: [InputDeclaration("text", text, help: "What to cut.")], output: .always(text), example: "")

    static let methodKind = StageDeclaration(
        kind: "method", version: 1, summary: "Choose a method",
        parameters: [
            ParameterDeclaration(name: "r", type: .integer(1...64), default: .value(8), help: "The rank."),
            ParameterDeclaration(name: "lora_alpha", type: .number(.positive), default: .value(16), help: "The scale."),
            ParameterDeclaration(
                name: "target_modules", type: .list(of: .text, atLeast: 1), default: .value(["query", "value"]),
                help: "Which layers."),
        ], output: .always(method), example: "")

    static let train = train(version: 1)

    static func train(version: Int) -> StageDeclaration {
        StageDeclaration(
            kind: "train", version: version, summary: "Train",
            parameters: [
                ParameterDeclaration(name: "epochs", type: .integer(0...100), default: .value(1), help: "How often."),
                ParameterDeclaration(
                    name: "save_steps", type: .integer(1...100), default: .value(10), help: "Between checkpoints.",
                    isInKey: false),
            ],
            inputs: [
                InputDeclaration("text", text, help: "What to train on."),
                InputDeclaration("method", method, isRequired: false, help: "How to train."),
            ], output: .always(text), compute: .tensors, example: "")
    }

    /// Two texts in one.
    static let join = StageDeclaration(
        kind: "join", version: 1, summary: "Join texts",
        parameters: [
            ParameterDeclaration(name: "separator", type: .text, default: .value("-"), help: "What stands between.")
        ],
        inputs: [
            InputDeclaration("left", text, help: "The first."),
            InputDeclaration("right", text, isRequired: false, help: "The second."),
        ], output: .always(text), example: "")
}
