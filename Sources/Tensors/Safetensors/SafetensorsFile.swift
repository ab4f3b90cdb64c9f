import CTorch

/// A safetensors file, opened for reading: its header is checked whole, and a tensor's bytes are read when it is used.
///
/// ```swift
/// let file = try SafetensorsFile("models/minilm/model.safetensors")
/// let weight = try file.tensor("embeddings.word_embeddings.weight")
/// ```
package final class SafetensorsFile {
    package let path: String
    private let mapping: MappedFile
    private let header: SafetensorsHeader

    /// - Throws: ``SafetensorsError`` with all that is wrong with the file.
    package init(_ path: String) throws(SafetensorsError) {
        self.path = path
        mapping = try MappedFile(path: path)
        header = try SafetensorsHeader(file: UnsafeRawBufferPointer(mapping.bytes), path: path)
    }

    /// What the file says of itself, as `format: pt`.
    package var metadata: [String: String] { header.metadata }

    /// The names of all tensors, sorted.
    package var names: [String] { header.entries.keys.sorted() }

    package func contains(_ name: String) -> Bool { header.entries[name] != nil }

    /// A tensor's type and shape; nil where there is none of that name.
    package func info(_ name: String) -> (dtype: DType, shape: [Int])? {
        header.entries[name].map { ($0.dtype, $0.shape) }
    }

    /// One tensor, in the file's type unless another is asked for.
    ///
    /// It shares the mapped file's memory, which stays while the tensor does: nothing is read before it is needed, and
    /// a change to the tensor stays in this process. Only a tensor that the file doesn't align to its type is copied.
    ///
    /// - Throws: ``SafetensorsError`` where there is no such tensor, ``TorchError`` where LibTorch is not available.
    package func tensor(_ name: String, as dtype: DType? = nil) throws -> Tensor {
        let entry = try entry(name)
        let start = header.byteCount + entry.bytes.lowerBound
        let bytes = bytes(of: entry)
        let tensor =
            start.isMultiple(of: entry.dtype.byteCount) && !bytes.isEmpty
            ? try view(of: bytes, entry)
            : try Tensor(bytes: UnsafeRawBufferPointer(bytes), dtype: entry.dtype, shape: entry.shape)
        guard let dtype, dtype != entry.dtype else { return tensor }
        return try tensor.to(dtype)
    }

    /// Reads a tensor's bytes where they lie, row by row and little-endian, without LibTorch.
    ///
    /// - Throws: ``SafetensorsError`` where there is no such tensor, and what `body` throws.
    package func withBytes<Result>(of name: String, _ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result
    {
        let bytes = bytes(of: try entry(name))
        return try withExtendedLifetime(mapping) { try body(UnsafeRawBufferPointer(bytes)) }
    }

    /// Gives back the memory that holds a tensor's bytes, for one that is copied or not needed any more; what needs them
    /// nevertheless reads them again. No tensor that shares the memory may have been changed.
    package func letGo(of name: String) {
        guard let entry = header.entries[name] else { return }
        mapping.letGo(of: bytes(of: entry))
    }

    private func entry(_ name: String) throws(SafetensorsError) -> SafetensorsHeader.Entry {
        if let entry = header.entries[name] { return entry }
        throw SafetensorsError.missing(name, among: names, path: path)
    }

    private func bytes(of entry: SafetensorsHeader.Entry) -> UnsafeMutableRawBufferPointer {
        let start = header.byteCount + entry.bytes.lowerBound
        return UnsafeMutableRawBufferPointer(rebasing: mapping.bytes[start..<start + entry.bytes.count])
    }

    /// A tensor over the mapped memory, which keeps the mapping.
    private func view(of bytes: UnsafeMutableRawBufferPointer, _ entry: SafetensorsHeader.Entry) throws -> Tensor {
        guard let start = bytes.baseAddress else { return try Tensor.empty(entry.shape, dtype: entry.dtype) }
        let library = try LibTorch.library()
        let owner = Unmanaged.passRetained(mapping)
        do {
            return try library.tensor { api in
                api.from_memory(start, entry.dtype.code, entry.shape, entry.shape.count, owner.toOpaque()) { owner in
                    Unmanaged<MappedFile>.fromOpaque(owner).release()
                }
            }
        } catch {
            owner.release()
            throw error
        }
    }
}
