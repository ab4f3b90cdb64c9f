package import Tensors

/// A file, or several, of named tensors.
package protocol TensorSource: AnyObject {
    var names: [String] { get }
    func info(_ name: String) -> (dtype: DType, shape: [Int])?
    func tensor(_ name: String, as dtype: DType?) throws -> Tensor
}

extension SafetensorsFile: TensorSource {}
extension ShardedSafetensors: TensorSource {}

/// Hands out the tensors of a model or an adapter, and keeps account: every tensor that a model asks for must be there in
/// its shape, and every tensor that is there must be asked for.
package final class WeightReader {
    package let dtype: DType
    package let device: Device
    private let path: String
    private let source: (any TensorSource)?
    /// Where values come from that no file has.
    private let fresh: FreshWeights?
    /// The tensors' names in the file by their names in the model.
    private var fileNames: [String: String] = [:]
    private var unread: Set<String>
    private var problems: [String] = []

    /// - Parameters:
    ///   - path: the file or folder, for messages.
    ///   - canonicalName: the name in the model of a name in the file, for files that leave out a prefix or use old
    ///     names; nil for what is no parameter of the model and may be left out.
    package init(
        path: String, source: any TensorSource, dtype: DType = .float32, device: Device,
        canonicalName: (String) -> String? = { $0 }
    ) {
        self.path = path
        self.source = source
        fresh = nil
        self.dtype = dtype
        self.device = device
        for name in source.names {
            guard let canonical = canonicalName(name) else { continue }
            if let other = fileNames.updateValue(name, forKey: canonical) {
                problems.append("`\(other)` and `\(name)` are the same parameter")
            }
        }
        unread = Set(fileNames.keys)
    }

    /// Makes what a model asks for anew.
    init(fresh: FreshWeights, dtype: DType = .float32, device: Device) {
        path = ""
        source = nil
        self.fresh = fresh
        self.dtype = dtype
        self.device = device
        unread = []
    }

    package func contains(_ name: String) -> Bool { fileNames[name] != nil }

    package func shape(of name: String) -> [Int]? {
        fileNames[name].flatMap { source?.info($0)?.shape }
    }

    /// Marks tensors as accounted for without reading them.
    package func skip(_ name: String) {
        unread.remove(name)
    }

    /// A parameter in the reader's dtype and on its device. What is wrong with it is thrown by ``finish(help:)``, so
    /// that all is reported at once.
    ///
    /// - Parameter isTransposedInFile: the file has a matrix of `shape` the other way round.
    package func parameter(
        _ name: String, shape: [Int], role: Parameter.Role, dtype: DType? = nil, isTransposedInFile: Bool = false
    ) throws -> Parameter {
        if let fresh {
            let value = try fresh.value(name, shape: shape, role: role).to(dtype ?? self.dtype).to(device)
            return Parameter(name: name, role: role, value: value, isTransposedInFile: isTransposedInFile)
        }
        unread.remove(name)
        let fileShape = isTransposedInFile ? shape.reversed() : shape
        guard let source, let fileName = fileNames[name], let info = source.info(fileName) else {
            problems.append("missing `\(name)` \(fileShape)")
            return try placeholder(name, shape, role)
        }
        guard info.shape == fileShape else {
            problems.append("`\(fileName)` has shape \(info.shape), expected \(fileShape)")
            return try placeholder(name, shape, role)
        }
        guard info.dtype.isFloatingPoint else {
            problems.append("`\(fileName)` holds \(info.dtype.rawValue) values, expected floating-point ones")
            return try placeholder(name, shape, role)
        }
        var tensor = try source.tensor(fileName, as: dtype ?? self.dtype).to(device)
        if isTransposedInFile { tensor = try tensor.transposed().contiguous() }
        return Parameter(name: name, role: role, value: tensor, isTransposedInFile: isTransposedInFile)
    }

    /// - Throws: ``ModelError`` that lists every tensor that is missing, unexpected or of another shape.
    package func finish(help: String) throws {
        for name in unread.compactMap({ fileNames[$0] }).sorted() {
            problems.append("unexpected `\(name)`")
        }
        guard !problems.isEmpty else { return }
        throw ModelError(path: path, problems, help: help)
    }

    /// Stands in until ``finish(help:)`` throws.
    private func placeholder(_ name: String, _ shape: [Int], _ role: Parameter.Role) throws -> Parameter {
        // One number that is seen everywhere: a file's sizes must not decide how much memory is taken.
        Parameter(name: name, role: role, value: try Tensor.zeros([]).expanded(to: shape))
    }
}
