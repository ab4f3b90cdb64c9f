package import Foundation

/// A BERT of 2 layers, 32 wide, with random weights and the classes bad, fair and good.
package enum TinyBERT {
    /// The model's folder.
    package static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "TinyBERT").path

    /// Makes a folder of the same weights with another configuration.
    package static func copy(to folder: URL, changing change: (inout [String: Any]) -> Void) throws {
        let original = URL(filePath: Self.folder)
        let data = try Data(contentsOf: original.appending(path: "config.json"))
        var configuration = try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
        change(&configuration)
        try JSONSerialization.data(withJSONObject: configuration).write(to: folder.appending(path: "config.json"))
        let weights = "model.safetensors"
        try FileManager.default.copyItem(at: original.appending(path: weights), to: folder.appending(path: weights))
    }
}
