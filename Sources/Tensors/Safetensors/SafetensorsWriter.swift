import Foundation
import JSONValues

/// Files of tensors that Hugging Face's libraries read.
package enum Safetensors {
    /// Writes a file, byte for byte as `safetensors.torch.save_file` does: wide types first, then by name.
    ///
    /// The bytes go to a temporary file beside it, which takes the name once it is safe on the disk: whatever happens,
    /// there is the old file or the whole new one.
    ///
    /// - Throws: ``SafetensorsError`` that names the path and the system's reason; ``TorchError``.
    package static func write(
        _ tensors: [String: Tensor], metadata: [String: String] = ["format": "pt"], to path: String
    ) throws {
        if tensors[SafetensorsHeader.metadataKey] != nil {
            throw SafetensorsError(
                path: path, "a tensor can't be named `\(SafetensorsHeader.metadataKey)`: the format uses that name")
        }
        let order = tensors.map { (name: $0.key, tensor: $0.value, dtype: $0.value.dtype) }.sorted { left, right in
            left.dtype == right.dtype
                ? left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
                : left.dtype.safetensorsOrder < right.dtype.safetensorsOrder
        }
        let header = try headerText(order.map { ($0.name, $0.tensor) }, metadata: metadata)
        let file = try AtomicFile(path: path)
        try withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { try file.write($0) }
        try Array(header.utf8).withUnsafeBytes { try file.write($0) }
        for (_, tensor, _) in order {
            try tensor.withBytes { try file.write($0) }
        }
        try file.commit()
    }

    /// The header's JSON, filled up with spaces so that the tensors begin at a multiple of 8 bytes.
    private static func headerText(_ tensors: [(String, Tensor)], metadata: [String: String]) throws -> String {
        var members: [String] = []
        if !metadata.isEmpty {
            let metadata = JSONValue.object(metadata.mapValues { .string($0) })
            members.append("\"\(SafetensorsHeader.metadataKey)\":" + (try metadata.canonical))
        }
        var offset = 0
        for (name, tensor) in tensors {
            let end = offset + tensor.count * tensor.dtype.byteCount
            let shape = tensor.shape.map(String.init).joined(separator: ",")
            members.append(
                try JSONValue.string(name).canonical
                    + #":{"dtype":"\#(tensor.dtype.safetensorsName)","shape":[\#(shape)],"data_offsets":[\#(offset),\#(end)]}"#
            )
            offset = end
        }
        let text = "{" + members.joined(separator: ",") + "}"
        return text + String(repeating: " ", count: (8 - text.utf8.count % 8) % 8)
    }
}

/// A file that appears under its name only when it is complete.
private final class AtomicFile {
    private let path: String
    private let temporaryPath: String
    private var descriptor: Int32
    private var isCommitted = false

    init(path: String) throws(SafetensorsError) {
        self.path = path
        temporaryPath = "\(path).\(UUID().uuidString).peft-pipeline-tmp"
        descriptor = open(temporaryPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw SafetensorsError(path: path, "can't be written: \(systemMessage())") }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        if !isCommitted { unlink(temporaryPath) }
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(SafetensorsError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Foundation.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw failure() }
            rest = rest.dropFirst(count)
        }
    }

    func commit() throws(SafetensorsError) {
        guard fsync(descriptor) == 0 else { throw failure() }
        let closed = close(descriptor)
        descriptor = -1
        guard closed == 0, rename(temporaryPath, path) == 0 else { throw failure() }
        isCommitted = true
        // The name itself is safe once the folder is.
        let folder = open((path as NSString).deletingLastPathComponent.ifEmpty("."), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return }
        fsync(folder)
        close(folder)
    }

    private func failure() -> SafetensorsError {
        SafetensorsError(path: path, "can't be written: \(systemMessage())")
    }
}

extension String {
    fileprivate func ifEmpty(_ other: String) -> String { isEmpty ? other : self }
}
