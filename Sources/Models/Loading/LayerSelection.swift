import Foundation
import JSONValues
import Tensors

/// A model of a folder of which some layers are kept as they are, and the others left out.
///
/// It is no function that anyone trained, and yet a far better beginning for a smaller model than new weights (Sanh et al.
/// 2019, arXiv:1910.01108; Sajjad et al. 2020, arXiv:2004.03844). Nothing is computed, and LibTorch is not loaded.
package struct LayerSelection {
    package let layerCount: Int
    private let folder: String
    private let configuration: JSONValue
    private let layout: LayerLayout
    private let file: ShardedSafetensors

    /// - Throws: ``ModelError`` for a model whose layers are not one stack, or whose configuration is not understood;
    ///   `SafetensorsError` for a damaged file.
    package init(folder: String) throws {
        self.folder = folder
        let path = ModelFolder.configurationPath(in: folder)
        guard let layout = try ModelArchitectures.architecture(of: folder).layerLayout(folder: folder) else {
            throw ModelError(
                path: path, ["the layers of this model are not one stack, so none can be left out"],
                help: "take a model of an encoder or a decoder alone")
        }
        self.layout = layout
        layerCount = layout.count
        configuration = try ConfigurationReader.json(at: path, help: ModelFolder.help)
        if configuration["use_sliding_window"] == true, configuration["layer_types"].isNull {
            throw ModelError(
                path: path,
                ["`use_sliding_window` without `layer_types`: which layers have a window goes by their numbers"],
                help: "write `layer_types` into config.json, a kind for each layer")
        }
        file = try ShardedSafetensors(folder: folder)
    }

    /// Writes `config.json` and `model.safetensors` into a folder that exists.
    ///
    /// - Parameter layers: the numbers of those that stay, from 0, each larger than the one before.
    /// - Returns: how many parameters the model has, buffers included.
    package func write(_ layers: [Int], to output: String) throws -> Int {
        let numbers = Dictionary(layers.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        var names: [String: String] = [:]
        for name in file.names {
            guard let (prefix, number, rest) = layout.parts(of: name) else {
                names[name] = name
                continue
            }
            if let new = numbers[number] { names["\(prefix)\(new)\(rest)"] = name }
        }
        try Safetensors.write(
            copies: names, of: file, metadata: ["format": "pt"],
            to: URL(filePath: output).appending(component: ShardedSafetensors.fileName).path)
        var json = configuration
        json[layout.countKey] = .int(layers.count)
        if let types = json["layer_types"].arrayValue {
            json["layer_types"] = .array(layers.filter(types.indices.contains).map { types[$0] })
        }
        try Data((try json.pretty + "\n").utf8)
            .write(to: URL(filePath: ModelFolder.configurationPath(in: output)), options: .atomic)
        return names.values.reduce(0) { $0 + (file.info($1)?.shape.reduce(1, *) ?? 0) }
    }
}

/// Where the layers of an architecture stand in its files.
struct LayerLayout {
    /// The key of config.json that says how many there are.
    let countKey: String
    let count: Int
    /// What stands in front of a layer's number in names: `bert.encoder.layer.`, and the same as files of a model without a
    /// head have it.
    let prefixes: [String]

    /// A name in front of a layer's number, the number, and what follows; nil for what is in no layer.
    func parts(of name: String) -> (prefix: String, number: Int, rest: String)? {
        for prefix in prefixes where name.hasPrefix(prefix) {
            let digits = name.dropFirst(prefix.count).prefix { $0.isASCII && $0.isNumber }
            if let number = Int(digits) {
                return (prefix, number, String(name.dropFirst(prefix.count + digits.count)))
            }
        }
        return nil
    }
}

extension DescribedArchitecture {
    static var layerCountKey: String { "num_hidden_layers" }

    static func layerLayout(folder: String) throws -> LayerLayout? {
        var reader = try ConfigurationReader(path: ModelFolder.configurationPath(in: folder), help: ModelFolder.help)
        let description = describe(&reader)
        reader.ignoreProvenance()
        try reader.finish(help: "a model is only loaded if everything that its configuration says is understood")
        guard let name = description.layers.first?.attention.output.name, let place = name.range(of: ".0.") else {
            return nil
        }
        let prefix = name[..<place.lowerBound] + "."
        let base = description.naming.basePrefix
        return LayerLayout(
            countKey: layerCountKey, count: description.layers.count,
            prefixes: [String(prefix)] + (prefix.hasPrefix(base) ? [String(prefix.dropFirst(base.count))] : []))
    }
}
