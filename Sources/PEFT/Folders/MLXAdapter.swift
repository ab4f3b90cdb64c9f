import Foundation
import JSONValues
import Models
import Tensors

/// A LoRA adapter that mlx-lm trained: `adapters.safetensors`, and its own kind of `adapter_config.json`.
///
/// MLX has the factors the other way round, `lora_a` (inputs, r) and `lora_b` (r, outputs), and one scale in the place of
/// alpha / r. Names are transformers'. A model's layer is adapted if the file holds factors for it.
struct MLXAdapter {
    private let folder: String
    private let scale: Double
    private let dropout: Double
    private let hasMagnitudes: Bool
    private let header: AdapterHeader
    private let file: SafetensorsFile

    /// Whether a folder's adapter is of this kind.
    static func isOne(_ folder: String) -> Bool {
        FileManager.default.fileExists(atPath: AdapterFolder.path(fileName, in: folder))
            && !FileManager.default.fileExists(atPath: AdapterFolder.path("adapter_model.safetensors", in: folder))
    }

    private static var fileName: String { "adapters.safetensors" }

    /// - Throws: ``PEFTError`` for a kind of fine-tuning that is no LoRA, or parameters that are missing.
    init(_ folder: String) throws {
        self.folder = folder
        let path = AdapterFolder.path("adapter_config.json", in: folder)
        let json = try JSONValue(parsing: try Data(contentsOf: URL(filePath: path)))
        let kind = json["fine_tune_type"].stringValue ?? "lora"
        guard kind == "lora" || kind == "dora" else {
            throw PEFTError(["\(path): `fine_tune_type` is `\(kind)`, known are lora and dora"])
        }
        let parameters = json["lora_parameters"]
        guard let scale = parameters["scale"].doubleValue, scale.isFinite, scale > 0 else {
            throw PEFTError(["\(path): `lora_parameters.scale` is missing or not above 0"])
        }
        self.scale = scale
        dropout = parameters["dropout"].doubleValue ?? 0
        hasMagnitudes = kind == "dora"
        header = AdapterHeader(taskType: "CAUSAL_LM", baseModelName: json["model"].stringValue)
        file = try SafetensorsFile(AdapterFolder.path(Self.fileName, in: folder))
    }

    /// - Throws: ``PEFTError`` if the model lacks a layer of the file's; ``ModelError`` for a tensor that is missing,
    ///   unexpected or of another shape.
    func attach(
        to model: any TransformerModel, baseModelName: String?, isTrainable: Bool
    ) throws -> any TunedModel {
        try header.check(model)
        let ranks = self.ranks
        guard let r = ranks.values.max() else {
            throw PEFTError(["\(folder): \(Self.fileName) holds no `lora_a`"])
        }
        let known = Set(model.linears.map(\.name) + model.embeddings.map(\.name))
        let strangers = ranks.keys.filter { !known.contains($0) }.sorted()
        guard strangers.isEmpty else {
            throw PEFTError(
                strangers.map { "\(folder): the adapter is for `\($0)`, which a `\(model.modelType)` doesn't have" },
                help: "load the model that the adapter was trained on")
        }
        if model.tiesWordEmbeddings, ranks.keys.contains(model.wordEmbeddings.name) {
            throw PEFTError(["\(folder): an adapter of word embeddings that also give the logits is not supported"])
        }
        var method = LoRA(
            r: r, loraAlpha: scale * Double(r), loraDropout: dropout, targetModules: .names(ranks.keys.sorted()),
            useDoRA: hasMagnitudes)
        // The scale is the same whatever the rank.
        let others = ranks.filter { $0.value != r }
        func escaped(_ name: String) -> String { name.replacing(".", with: "\\.") }
        method.rankPattern = ModulePatterns(
            Dictionary(uniqueKeysWithValues: others.map { (escaped($0.key), $0.value) }))
        method.alphaPattern = ModulePatterns(
            Dictionary(uniqueKeysWithValues: others.map { (escaped($0.key), scale * Double($0.value)) }))

        let source = AdapterSource(
            folder: folder, header: header,
            tensors: WeightReader(
                path: folder, source: MLXTensors(file, tables: Set(model.embeddings.map(\.name))), device: model.device),
            isTrainable: isTrainable)
        let tuned = try method.attach(to: model, from: source)
        try source.tensors.finish(help: "the adapter must be made for this base model")
        let check = BaseCheck(folder: folder, header: header, model: model, baseModelName: baseModelName)
        try check.check(nil) { try tuned.baseFingerprint() }
        return tuned
    }

    /// The rank of each module's factors.
    private var ranks: [String: Int] {
        var ranks: [String: Int] = [:]
        for name in file.names where name.hasSuffix(".lora_a") {
            ranks[String(name.dropLast(".lora_a".count))] = file.info(name)?.shape.last
        }
        return ranks
    }
}

/// The tensors of an MLX file with PEFT's names and shapes.
private final class MLXTensors: TensorSource {
    private let file: SafetensorsFile
    /// The tensors' names in the file by PEFT's.
    private let originals: [String: String]

    /// - Parameter tables: the modules that are tables of vectors, whose factors have names of their own.
    init(_ file: SafetensorsFile, tables: Set<String>) {
        self.file = file
        let pairs = file.names.map { (Self.name($0, tables), $0) }
        originals = Dictionary(pairs) { first, _ in first }
    }

    var names: [String] { originals.keys.sorted() }

    func info(_ name: String) -> (dtype: DType, shape: [Int])? {
        originals[name].flatMap { file.info($0) }.map { ($0.dtype, $0.shape.reversed()) }
    }

    func tensor(_ name: String, as dtype: DType?) throws -> Tensor {
        let tensor = try file.tensor(originals[name] ?? name, as: dtype)
        return tensor.rank == 2 ? try tensor.transposed().contiguous() : tensor
    }

    func letGo(of name: String) { file.letGo(of: originals[name] ?? name) }

    private static func name(_ original: String, _ tables: Set<String>) -> String {
        let suffixes = [
            (".lora_a", ".lora_A.weight", ".lora_embedding_A"), (".lora_b", ".lora_B.weight", ".lora_embedding_B"),
            (".m", ".lora_magnitude_vector", ".lora_magnitude_vector"),
        ]
        for (theirs, ofLayer, ofTable) in suffixes where original.hasSuffix(theirs) {
            let module = original.dropLast(theirs.count)
            return LoRA.filePrefix + module + (tables.contains(String(module)) ? ofTable : ofLayer)
        }
        return LoRA.filePrefix + original
    }
}
