/// Numbers as a safetensors file holds them, for code that has no other use for LibTorch.
package struct SafetensorsArray: Sendable, Hashable {
    package let dtype: DType
    package let shape: [Int]
    /// The elements in row-major order, little-endian.
    package let bytes: [UInt8]

    package init(dtype: DType, shape: [Int], bytes: [UInt8]) {
        self.dtype = dtype
        self.shape = shape
        self.bytes = bytes
    }
}
