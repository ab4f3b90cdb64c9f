import Models
import Tensors

/// The parts of the base model that a method trains as they are: `modules_to_save`, the head among them, and biases.
///
/// PEFT takes a module for meant if its name *ends with* one of the names, inside a component too: `classifier` means
/// `pre_classifier` as well. Here the same.
struct SavedModules {
    /// `modules_to_save` as the configuration has it.
    let names: [String]
    /// The modules' parameters, in the model's order.
    let parameters: [Parameter]
    /// Biases that are trained besides.
    let biases: [Parameter]
    /// The names of linear layers with an adapter: PEFT files have their biases under `base_layer`.
    private let adapted: Set<String>
    /// What stands in front of all names in the file.
    private let prefix: String

    /// - Parameters:
    ///   - extra: modules that are meant, besides the head where it is strict.
    ///   - isStrict: whether this is a new adapter: it has the head, and each name must match something. One that is read
    ///     has what it says.
    init(
        of model: any TransformerModel, extra: [String] = [], biases: (Parameter) -> Bool = { _ in false },
        adapted: [AdaptableModule] = [], prefix: String, isStrict: Bool
    ) throws {
        self.prefix = prefix
        self.adapted = Set(adapted.map(\.name))
        let all = model.parameters
        let wanted = isStrict ? Self.names(of: model, extra: extra) : extra
        let names = wanted.filter { name in all.contains { Self.means(name, $0) } }
        self.names = names
        if isStrict {
            let unmatched = wanted.filter { !names.contains($0) }
            guard unmatched.isEmpty else {
                throw PEFTError(
                    unmatched.map { "modules_to_save `\($0)` matches no module of the model" },
                    help: "a name is one of the model's modules or the end of its path")
            }
        }
        let saved = all.filter { parameter in names.contains { Self.means($0, parameter) } }
        if model.tiesWordEmbeddings, let words = saved.first(where: { $0 === model.wordEmbeddings.weight }) {
            throw PEFTError(
                [
                    "modules_to_save has `\(words.name)`, which also gives the logits: PEFT would train a copy for one "
                        + "of the two uses, a model that is no longer tied"
                ], help: "train an adapter on it instead, or take a base model whose output layer is its own")
        }
        parameters = saved
        self.biases = all.filter { bias in biases(bias) && !saved.contains { $0 === bias } }
    }

    /// The head's names and others, without repetitions.
    static func names(of model: any TransformerModel, extra: [String]) -> [String] {
        (model.headModules + extra).uniqued()
    }

    /// PEFT adds these two for tasks with classes, whatever architecture.
    static let usualHeads = ["classifier", "score"]

    var all: [Parameter] { parameters + biases }

    /// Freezes all of a model but these.
    func freezeOthers(in model: any TransformerModel, isTrainable: Bool) throws {
        let trained = Set(all.map(\.name))
        try model.setTrainable { isTrainable && trained.contains($0.name) }
    }

    /// Takes the values from an adapter's file.
    ///
    /// - Throws: ``PEFTError`` if a layer of the head is new and the file doesn't hold it.
    func read(from tensors: WeightReader, for model: any TransformerModel) throws {
        let missing = model.head.filter { layer in
            layer.isNew && !parameters.contains { $0 === layer.weight }
        }
        guard missing.isEmpty else {
            throw PEFTError(
                missing.map { "the adapter has no `\($0.name)`, and the base model's would be new" },
                help: "load the base model with the classes that the adapter was trained for")
        }
        for parameter in all {
            let read = try tensors.parameter(
                fileName(of: parameter), shape: parameter.shape, role: parameter.role,
                isTransposedInFile: parameter.isTransposedInFile)
            parameter.value = try read.value.to(parameter.value.dtype)
        }
        // With `bias: all`, PEFT also writes copies under names that are tied to another parameter.
        for name in model.tiedNames { tensors.skip(prefix + name) }
        // With `bias: all`, PEFT writes the biases of these modules thrice, and reads one of them.
        for parameter in parameters where parameter.name.hasSuffix(".bias") {
            for copy in ["modules_to_save", "modules_to_save.default", "original_module"] {
                tensors.skip(prefix + parameter.name.dropLast("bias".count) + copy + ".bias")
                tensors.skip(prefix + copyName(of: parameter, copy))
            }
        }
    }

    /// The tensors by their names in the file.
    func tensors() throws -> [String: Tensor] {
        try Dictionary(uniqueKeysWithValues: all.map { (fileName(of: $0), try $0.fileValue) })
    }

    private func fileName(of parameter: Parameter) -> String {
        if parameter.name.hasSuffix(".bias") {
            let module = String(parameter.name.dropLast(".bias".count))
            if adapted.contains(module) { return "\(prefix)\(module).base_layer.bias" }
        }
        return prefix + parameter.name
    }

    /// `classifier.dense.bias` → `classifier.modules_to_save.dense.bias`
    private func copyName(of parameter: Parameter, _ copy: String) -> String {
        let paths = Self.paths(of: parameter).filter { path in names.contains { path.hasSuffix($0) } }
        guard let module = paths.first else { return parameter.name }
        return "\(module).\(copy)" + parameter.name.dropFirst(module.count)
    }

    private static func means(_ name: String, _ parameter: Parameter) -> Bool {
        paths(of: parameter).contains { $0.hasSuffix(name) }
    }

    /// The modules that hold a parameter, from the outermost.
    private static func paths(of parameter: Parameter) -> [String] {
        let parts = parameter.name.split(separator: ".").dropLast()
        return parts.indices.map { parts[...$0].joined(separator: ".") }
    }
}
