import JSONValues
import Models
import Tensors

/// A method that trains vectors in front of the input and leaves the model as it is.
protocol SoftPromptMethod: PEFTMethod {
    /// V
    var numVirtualTokens: Int { get }
    /// What `adapter_config.json` says of the method itself.
    var fileConfiguration: [String: JSONValue] { get }
}

extension SoftPromptMethod {
    /// Freezes the model but for its head.
    func prepare(_ model: any TransformerModel, isTrainable: Bool) throws {
        let dimensions = model.dimensions
        guard numVirtualTokens >= 1, numVirtualTokens < dimensions.maximumLength else {
            throw PEFTError([
                "num_virtual_tokens is \(numVirtualTokens), expected at least 1 and less than the model's "
                    + "\(dimensions.maximumLength) positions"
            ])
        }
        let head = Set(model.headParameters.map(\.name))
        try model.setTrainable { isTrainable && head.contains($0.name) }
    }

    /// Reads the head, and the vectors (V, d) that a file of every soft prompt has.
    func readPrompt(for model: any TransformerModel, from tensors: WeightReader) throws -> Tensor {
        for parameter in model.headParameters {
            parameter.value = try tensors.parameter(
                SoftPromptModel.headPrefix + parameter.name, shape: parameter.shape, role: parameter.role
            ).value
        }
        return try tensors.parameter(
            SoftPromptModel.promptName, shape: [numVirtualTokens, model.dimensions.hiddenSize], role: .embedding
        ).value
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
