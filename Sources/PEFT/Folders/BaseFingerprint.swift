import Foundation
import JSONValues
import Models
import Tensors

/// What tells one base model from another, kept beside an adapter in `base_model.json`, which PEFT doesn't read.
///
/// An adapter fits every model with the same shapes and computes nonsense on all but one. The digest is of names, shapes
/// and some elements of every tensor that the adapter leaves as it was: another checkpoint differs in nearly all. It is
/// FNV-1a with 64 bits, which tells accidents and withstands no attack.
struct BaseFingerprint: Equatable {
    let digest: String
    /// The type that the model was loaded in: rounding changes the elements.
    let dtype: String
    let modelType: String

    init(of model: any TransformerModel, isChanged: (Parameter) -> Bool) throws {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        func add(_ bytes: some Sequence<UInt8>) {
            for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        }
        for parameter in model.parameters.sorted(by: { $0.name < $1.name }) where !isChanged(parameter) {
            add("\(parameter.name) \(parameter.shape)\n".utf8)
            for value in try parameter.samples() {
                withUnsafeBytes(of: value.bitPattern.littleEndian) { add($0) }
            }
        }
        digest = String(format: "%016lx", hash)
        dtype = model.wordEmbeddings.weight.value.dtype.rawValue
        modelType = model.modelType
    }

    private init(digest: String, dtype: String, modelType: String) {
        self.digest = digest
        self.dtype = dtype
        self.modelType = modelType
    }

    func write(to folder: String) throws {
        let json: JSONValue = [
            "digest": .string(digest), "dtype": .string(dtype), "model_type": .string(modelType),
        ]
        try Data((try json.pretty + "\n").utf8)
            .write(to: URL(filePath: AdapterFolder.path(Self.fileName, in: folder)), options: .atomic)
    }

    /// What an adapter's folder says; nil if it says nothing, as those of PEFT.
    static func read(in folder: String) throws -> BaseFingerprint? {
        let path = AdapterFolder.path(fileName, in: folder)
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        let json = try JSONValue(parsing: try Data(contentsOf: URL(filePath: path)))
        guard let digest = json["digest"].stringValue, let dtype = json["dtype"].stringValue,
            let modelType = json["model_type"].stringValue
        else { throw PEFTError(["\(path) has no digest"], help: "remove the file to do without this check") }
        return BaseFingerprint(digest: digest, dtype: dtype, modelType: modelType)
    }

    static var fileName: String { "base_model.json" }
}
