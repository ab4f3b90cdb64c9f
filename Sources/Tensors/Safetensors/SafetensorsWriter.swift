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
        try write(
            tensors.map { name, tensor in
                Entry(name: name, dtype: tensor.dtype, shape: tensor.shape) { try tensor.withBytes($0) }
            }, metadata: metadata, to: path)
    }

    /// Writes a file of plain numbers, as ``write(_:metadata:to:)`` does, without LibTorch.
    package static func write(
        arrays: [String: SafetensorsArray], metadata: [String: String] = [:], to path: String
    ) throws {
        for (name, array) in arrays where array.bytes.count != array.shape.reduce(array.dtype.byteCount, *) {
            throw SafetensorsError(
                path: path, "`\(name)` has \(array.bytes.count) bytes, which don't make the shape \(array.shape)")
        }
        try write(
            arrays.map { name, array in
                Entry(name: name, dtype: array.dtype, shape: array.shape) { try array.bytes.withUnsafeBytes($0) }
            }, metadata: metadata, to: path)
    }

    /// What is written under one name.
    private struct Entry {
        let name: String
        let dtype: DType
        let shape: [Int]
        let withBytes: ((UnsafeRawBufferPointer) throws -> Void) throws -> Void

        var byteCount: Int { shape.reduce(dtype.byteCount, *) }
    }

    private static func write(_ entries: [Entry], metadata: [String: String], to path: String) throws {
        if entries.contains(where: { $0.name == SafetensorsHeader.metadataKey }) {
            throw SafetensorsError(
                path: path, "a tensor can't be named `\(SafetensorsHeader.metadataKey)`: the format uses that name")
        }
        let order = entries.sorted { left, right in
            left.dtype == right.dtype
                ? left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
                : left.dtype.safetensorsOrder < right.dtype.safetensorsOrder
        }
        let header = try headerText(order, metadata: metadata)
        let file = try AtomicFile(path: path)
        try withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { try file.write($0) }
        try Array(header.utf8).withUnsafeBytes { try file.write($0) }
        for entry in order {
            try entry.withBytes { try file.write($0) }
        }
        try file.commit()
    }

    /// The header's JSON, filled up with spaces so that the tensors begin at a multiple of 8 bytes.
    private static func headerText(_ entries: [Entry], metadata: [String: String]) throws -> String {
        var members: [String] = []
        if !metadata.isEmpty {
            let metadata = JSONValue.object(metadata.mapValues { .string($0) })
            members.append("\"\(SafetensorsHeader.metadataKey)\":" + (try metadata.canonical))
        }
        var offset = 0
        for entry in entries {
            let end = offset + entry.byteCount
            let shape = entry.shape.map(String.init).joined(separator: ",")
            members.append(
                try JSONValue.string(entry.name).canonical
                    + #":{"dtype":"\#(entry.dtype.safetensorsName)","shape":[\#(shape)],"data_offsets":[\#(offset),\#(end)]}"#
            )
            offset = end
        }
        let text = "{" + members.joined(separator: ",") + "}"
        return text + String(repeating: " ", count: (8 - text.utf8.count % 8) % 8)
    }
}

/// Numbers as a safetensors file holds them: row by row, little-endian.
package struct SafetensorsArray: Sendable, Hashable {
    package let dtype: DType
    package let shape: [Int]
    package let bytes: [UInt8]

    package init(dtype: DType, shape: [Int], bytes: [UInt8]) {
        self.dtype = dtype
        self.shape = shape
        self.bytes = bytes
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
