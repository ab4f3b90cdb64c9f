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
                Entry(
                    name: name, dtype: tensor.dtype, shape: tensor.shape,
                    byteCount: tensor.count * tensor.dtype.byteCount
                ) { try tensor.withBytes($0) }
            }, metadata: metadata, to: path)
    }

    /// Writes a file of plain numbers as ``write(_:metadata:to:)`` does, without LibTorch.
    ///
    /// - Throws: ``SafetensorsError``, also where the bytes of an array are not as many as its shape needs.
    package static func write(
        arrays: [String: SafetensorsArray], metadata: [String: String] = [:], to path: String
    ) throws {
        let problems = arrays.sorted { $0.key < $1.key }.compactMap { name, array in
            let needed = array.dtype.byteCount(of: array.shape)
            return needed == array.bytes.count
                ? nil
                : SafetensorsError.Problem(
                    tensor: name,
                    message: "\(array.bytes.count) bytes are given; \(array.dtype.safetensorsName) \(array.shape) has "
                        + (needed.map(String.init) ?? "no number of bytes"))
        }
        guard problems.isEmpty else { throw SafetensorsError(path: path, problems: problems) }
        try write(
            arrays.map { name, array in
                Entry(name: name, dtype: array.dtype, shape: array.shape, byteCount: array.bytes.count) {
                    try array.bytes.withUnsafeBytes($0)
                }
            }, metadata: metadata, to: path)
    }

    /// Writes tensors of other files as they are. They are read where these lie, without LibTorch.
    ///
    /// - Parameter copies: the names in the source by the names that are written.
    /// - Throws: ``SafetensorsError``, also for a tensor that the source does not have.
    package static func write(
        copies: [String: String], of source: ShardedSafetensors, metadata: [String: String], to path: String
    ) throws {
        try write(
            copies.map { name, original in
                let info = source.info(original)
                let shape = info?.shape ?? []
                let dtype = info?.dtype ?? .float32
                return Entry(name: name, dtype: dtype, shape: shape, byteCount: dtype.byteCount(of: shape) ?? 0) {
                    try source.withBytes(of: original, $0)
                }
            }, metadata: metadata, to: path)
    }

    /// What is written under one name.
    private struct Entry {
        let name: String
        let dtype: DType
        let shape: [Int]
        let byteCount: Int
        /// Lends the bytes.
        let withBytes: ((UnsafeRawBufferPointer) throws -> Void) throws -> Void
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
