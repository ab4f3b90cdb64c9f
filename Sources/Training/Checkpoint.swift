import Foundation
import Models
import PEFT
import Tensors

/// Everything that training needs to go on as if it had never stopped, in one safetensors file.
///
/// Parameters, what the optimizer keeps of them, those of earlier epochs that may be the result, and the state of the
/// random numbers are tensors; the rest is JSON in the file's metadata. The order of the examples follows from the seed
/// and the step.
struct Checkpoint {
    let path: String
    let fingerprint: String

    var exists: Bool { FileManager.default.fileExists(atPath: path) }

    /// Writes a checkpoint in place of an earlier one, whole or not at all.
    func write(
        _ state: TrainingState, optimizer: Optimizer, kept: KeptParameters, device: Device,
        method: (any StepwiseMethod)?
    ) throws {
        var tensors: [String: Tensor] = [:]
        for (index, parameter) in optimizer.parameters.enumerated() {
            tensors[Name.parameter + parameter.name] = try parameter.value.detached()
            for (name, tensor) in optimizer.state[index] { tensors["\(name)/\(parameter.name)"] = tensor }
            if let best = kept.best { tensors[Name.best + parameter.name] = best[index] }
            for (place, values) in kept.recent.enumerated() {
                tensors[Name.recent(place) + parameter.name] = values[index]
            }
        }
        for (name, tensor) in method?.state ?? [:] { tensors[Name.method + name] = tensor }
        tensors[Name.randomState] = try Self.bytes(try RandomState.capture())
        if device.isCUDA { tensors[Name.deviceRandomState] = try Self.bytes(try RandomState.capture(device: device)) }
        let record = Record(fingerprint: fingerprint, state: state)
        let json = String(decoding: try JSONEncoder().encode(record), as: UTF8.self)
        try Safetensors.write(tensors, metadata: ["format": "pt", Name.record: json], to: path)
    }

    /// Reads a checkpoint back into the parameters, the optimizer and LibTorch's random numbers.
    ///
    /// - Parameter averagedEpochs: of how many epochs the parameters are kept.
    /// - Returns: the state, and the parameters that were kept.
    /// - Throws: ``TrainingError`` if the file belongs to another training; ``ModelError`` if tensors are missing,
    ///   unexpected or of another shape.
    func read(
        into optimizer: Optimizer, averagedEpochs: Int?, device: Device, method: (any StepwiseMethod)?
    ) throws -> (state: TrainingState, kept: KeptParameters) {
        let file = try SafetensorsFile(path)
        guard let json = file.metadata[Name.record],
            let record = try? JSONDecoder().decode(Record.self, from: Data(json.utf8))
        else {
            throw TrainingError(["\(path) is no checkpoint of this version"], help: "remove it to train from the start")
        }
        guard record.fingerprint == fingerprint else {
            throw TrainingError(
                ["\(path) is a checkpoint of a training with other parameters or examples"],
                help: "remove it to train from the start")
        }
        let reader = WeightReader(path: path, source: file, device: device)
        func tensor(_ prefix: String, _ parameter: Parameter) throws -> Tensor {
            try reader.parameter(prefix + parameter.name, shape: parameter.shape, role: parameter.role).value
        }
        let values = try optimizer.parameters.map { try tensor(Name.parameter, $0) }
        let rules = try zip(optimizer.parameters, optimizer.state).map { parameter, state in
            try Dictionary(
                uniqueKeysWithValues: state.map { name, tensor in
                    let name = (key: name, file: "\(name)/\(parameter.name)")
                    return (name.key, try reader.parameter(name.file, shape: tensor.shape, role: .weight).value)
                })
        }
        var kept = KeptParameters()
        if record.state.bestEpoch != nil { kept.best = try optimizer.parameters.map { try tensor(Name.best, $0) } }
        let count = min(averagedEpochs ?? 0, record.state.keptEpoch ?? 0)
        kept.recent = try (0..<count).map { place in
            try optimizer.parameters.map { try tensor(Name.recent(place), $0) }
        }
        for name in [Name.randomState, Name.deviceRandomState] { reader.skip(name) }
        let methodNames = method == nil ? [] : file.names.filter { $0.hasPrefix(Name.method) }
        for name in methodNames { reader.skip(name) }
        try reader.finish(help: "remove the checkpoint to train from the start")

        try optimizer.setParameters(values)
        for (state, tensors) in zip(optimizer.state, rules) {
            for (name, tensor) in tensors { try state[name]?.copy_(from: tensor) }
        }
        method?.restore(
            Dictionary(
                uniqueKeysWithValues: try methodNames.map { name in
                    (String(name.dropFirst(Name.method.count)), try file.tensor(name).to(device))
                }))
        try RandomState.restore(try Self.bytes(in: file, Name.randomState))
        if device.isCUDA {
            try RandomState.restore(try Self.bytes(in: file, Name.deviceRandomState), device: device)
        }
        return (record.state, kept)
    }

    private struct Record: Codable {
        var format = 1
        let fingerprint: String
        let state: TrainingState
    }

    private enum Name {
        static let parameter = "parameter/"
        static let best = "best/"
        static let method = "method/"
        static func recent(_ place: Int) -> String { "recent/\(place)/" }
        static let randomState = "random_state"
        static let deviceRandomState = "device_random_state"
        static let record = "training"
    }

    private static func bytes(_ values: [UInt8]) throws -> Tensor {
        try values.withUnsafeBytes { try Tensor(bytes: $0, dtype: .uint8, shape: [values.count]) }
    }

    private static func bytes(in file: SafetensorsFile, _ name: String) throws -> [UInt8] {
        try file.tensor(name).withBytes { Array($0) }
    }
}
