import JSONValues
import Models
import Tensors

/// A method that trains vectors in front of the input and leaves the model as it is.
protocol SoftPromptMethod: PEFTMethod {
    /// V
    var numVirtualTokens: Int { get }
    /// Whether the frozen model drops activations while the prompt is trained.
    var baseDropout: Bool { get }
    /// What `adapter_config.json` says of the method itself.
    var fileConfiguration: [String: JSONValue] { get }
}

extension SoftPromptMethod {
    var baseDropout: Bool { true }

    /// Freezes the model but for its head, which is trained too.
    func prepare(_ model: any TransformerModel, isTrainable: Bool) throws -> SavedModules {
        let saved = try SavedModules(of: model, prefix: SoftPromptModel.headPrefix, isStrict: true)
        try prepare(model, saved: saved, isTrainable: isTrainable)
        return saved
    }

    func prepare(_ model: any TransformerModel, saved: SavedModules, isTrainable: Bool) throws {
        if model.task.peftName == nil {
            throw PEFTError(
                ["\(Self.peftType) is not possible for \(model.task.rawValue): PEFT has no `task_type` for it"],
                help: "use lora or ia3")
        }
        let dimensions = model.dimensions
        guard numVirtualTokens >= 1, numVirtualTokens < dimensions.maximumLength else {
            throw PEFTError([
                "num_virtual_tokens is \(numVirtualTokens), expected at least 1 and less than the model's "
                    + "\(dimensions.maximumLength) positions"
            ])
        }
        let trained = Set(saved.all.map(\.name))
        try model.setTrainable { isTrainable && trained.contains($0.name) }
    }

    /// Reads the head, and the vectors (V, width) that a file of every soft prompt has.
    func readPrompt(
        for model: any TransformerModel, from source: AdapterSource, width: Int
    ) throws -> (vectors: Tensor, saved: SavedModules) {
        let saved = try SavedModules(
            of: model, extra: source.header.effectiveModulesToSave, prefix: SoftPromptModel.headPrefix, isStrict: false)
        try saved.read(from: source.tensors, for: model)
        let vectors = try source.tensors.parameter(
            SoftPromptModel.promptName, shape: [numVirtualTokens, width], role: .embedding
        ).value
        return (vectors, saved)
    }

    /// What `adapter_config.json` says of every soft prompt.
    static func readCommonKeys(_ configuration: inout ConfigurationReader) -> Int {
        // The model's own sizes are known, and the tensors' shapes are checked against them.
        configuration.ignore(["num_attention_heads", "num_layers", "token_dim"])
        configuration.expect(
            "num_transformer_submodules", toBe: 1, because: "models of an encoder and a decoder are not supported")
        return configuration.integer("num_virtual_tokens", in: 1...1_000_000)
    }
}
