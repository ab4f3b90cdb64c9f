package import Tensors

/// A file, or several, of named tensors.
package protocol TensorSource: AnyObject {
    var names: [String] { get }
    func info(_ name: String) -> (dtype: DType, shape: [Int])?
    func tensor(_ name: String, as dtype: DType?) throws -> Tensor
    /// Gives back memory that holds a tensor's bytes from the file, for one that is not needed any more.
    func letGo(of name: String)
}

extension SafetensorsFile: TensorSource {}
extension ShardedSafetensors: TensorSource {}

/// Hands out the tensors of a model or an adapter, and keeps account: every tensor that a model asks for must be there in
/// its shape, and every tensor that is there must be asked for.
package final class WeightReader {
    package let dtype: DType
    package let device: Device
    /// How the weights of the layers' linear maps are kept.
    private let quantization: Quantization?
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
    ///   - quantization: how ``layerWeight(_:shape:isTransposedInFile:)`` keeps what it reads; nil as it is.
    ///   - canonicalName: the name in the model of a name in the file, for files that leave out a prefix or use old
    ///     names; nil for what is no parameter of the model and may be left out.
    package init(
        path: String, source: any TensorSource, dtype: DType = .float32, quantization: Quantization? = nil,
        device: Device, canonicalName: (String) -> String? = { $0 }
    ) {
        self.path = path
        self.source = source
        fresh = nil
        self.dtype = dtype
        self.quantization = quantization
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
        quantization = nil
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
        guard
            let tensor = try read(name, shape: shape, dtype: dtype ?? self.dtype, isTransposed: isTransposedInFile)
        else { return try placeholder(name, shape, role) }
        return Parameter(
            name: name, role: role, value: try tensor.to(device), isTransposedInFile: isTransposedInFile)
    }

    /// The weight of a linear map in one of the model's layers, in few bits where that is asked for.
    func layerWeight(_ name: String, shape: [Int], isTransposedInFile: Bool) throws -> Parameter {
        guard let quantization, fresh == nil else {
            return try parameter(name, shape: shape, role: .weight, isTransposedInFile: isTransposedInFile)
        }
        // Of the file's numbers, not of rounded ones.
        guard let tensor = try read(name, shape: shape, dtype: .float32, isTransposed: isTransposedInFile) else {
            return try placeholder(name, shape, .weight)
        }
        guard try tensor.isFinite() else {
            problems.append("`\(name)` has values that are no finite numbers, and can't be kept in few bits")
            return try placeholder(name, shape, .weight)
        }
        let parameter = try Parameter(
            name: name, quantizing: tensor, as: quantization, dtype: dtype,
            isTransposedInFile: isTransposedInFile)
        if let fileName = fileNames[name] { source?.letGo(of: fileName) }
        return parameter
    }

    /// A tensor of the file, the right way round; nil where something is wrong with it, which is kept in mind.
    private func read(_ name: String, shape: [Int], dtype: DType, isTransposed: Bool) throws -> Tensor? {
        unread.remove(name)
        let fileShape = isTransposed ? shape.reversed() : shape
        guard let source, let fileName = fileNames[name], let info = source.info(fileName) else {
            problems.append("missing `\(name)` \(fileShape)")
            return nil
        }
        guard info.shape == fileShape else {
            problems.append("`\(fileName)` has shape \(info.shape), expected \(fileShape)")
            return nil
        }
        guard info.dtype.isFloatingPoint else {
            problems.append("`\(fileName)` holds \(info.dtype.rawValue) values, expected floating-point ones")
            return nil
        }
        let tensor = try source.tensor(fileName, as: dtype)
        let turned = isTransposed ? try tensor.transposed().contiguous() : tensor
        if isTransposed || info.dtype != dtype { source.letGo(of: fileName) }
        return turned
    }

    /// - Parameter isPart: whether not all of the file was to be read.
    /// - Throws: ``ModelError`` that lists every tensor that is missing, unexpected or of another shape.
    package func finish(isPart: Bool = false, help: String) throws {
        for name in isPart ? [] : unread.compactMap({ fileNames[$0] }).sorted() {
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
