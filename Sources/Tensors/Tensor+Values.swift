import CTorch

extension Tensor {
    /// The elements in row-major order, as float32.
    package func floats() throws -> [Float] {
        try elements(as: .float32)
    }

    /// The elements in row-major order, as float64.
    package func doubles() throws -> [Double] {
        try elements(as: .float64)
    }

    /// The elements in row-major order, as whole numbers; fractions are cut off.
    package func ints() throws -> [Int] {
        try elements(as: .int64)
    }

    /// The elements in row-major order; false is 0.
    package func bools() throws -> [Bool] {
        try elements(as: .bool)
    }

    /// The number of a tensor that holds just one.
    package func item() throws -> Double {
        var value = 0.0
        try library.run { $0.item(handle, &value) }
        return value
    }

    /// Lends the elements as they lie in memory, in row-major order on the CPU; copied there only where they aren't.
    package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result {
        let tensor = try to(.cpu).contiguous()
        return try withExtendedLifetime(tensor) {
            let start = library.api.data(tensor.handle)
            return try body(UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count * dtype.byteCount))
        }
    }

    private func elements<Element>(as dtype: DType, _ operation: StaticString = #function) throws -> [Element] {
        let count = count
        return try [Element](unsafeUninitializedCapacity: count) { buffer, initializedCount in
            try library.run(operation) {
                $0.read(handle, dtype.code, buffer.baseAddress, count * dtype.byteCount)
            }
            initializedCount = count
        }
    }
}
