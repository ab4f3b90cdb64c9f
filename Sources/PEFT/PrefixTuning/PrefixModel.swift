import JSONValues
import Models
import Tensors

/// A model whose layers attend to V trained keys and values in front of their own. Positions count on from V.
final class PrefixModel: TunedModel {
    let base: any TransformerModel
    private let method: PrefixTuning
    private let source: any PromptSource
    private let saved: SavedModules
    private let layout: PrefixLayout

    init(base: any TransformerModel, method: PrefixTuning, source: any PromptSource, saved: SavedModules) {
        self.base = base
        self.method = method
        self.source = source
        self.saved = saved
        layout = PrefixLayout(base.dimensions)
    }

    var trainableParameters: [Parameter] { source.parameters + saved.all }
    var virtualTokenCount: Int { method.numVirtualTokens }

    func baseInput(for input: ModelInput, mode: ForwardMode) throws -> (input: ModelInput, mode: ForwardMode) {
        // The keys and values in front are in the cache.
        if let cache = input.cache, !cache.isEmpty { return (input, mode) }
        var prefixed = input
        prefixed.prefixes = try layout.prefixes(source.vectors(mode: mode), batch: input.shape[0])
        return (prefixed, mode)
    }

    func save(to folder: String, baseModelName: String?) throws {
        var tensors = try saved.tensors()
        tensors[SoftPromptModel.promptName] = try withoutGradients { try source.vectors(mode: .inference) }
        let sizes: [String: JSONValue] = [
            "num_virtual_tokens": .int(method.numVirtualTokens), "token_dim": .int(layout.tokenWidth),
            "num_layers": .int(layout.layers), "num_attention_heads": .int(layout.heads),
            "num_transformer_submodules": 1,
            "encoder_hidden_size": .int(method.encoderHiddenSize ?? layout.tokenWidth),
        ]
        try AdapterWriter(model: base, method: PrefixTuning.self, baseModelName: baseModelName).write(
            tensors, configuration: method.fileConfiguration.merging(sizes) { $1 }, saved: saved,
            fingerprint: baseFingerprint(), to: folder)
        // What the vectors are made by, so that training can go on.
        try (source as? PrefixEncoder)?.save(to: folder)
    }

    func merge() throws {
        throw PEFTError(
            ["a prefix can't be merged: it is what layers attend to, no change of their weights"],
            help: "use the base model together with the adapter, or train with lora or full")
    }
}
