import CTorch

extension LibTorch {
    /// Computes parts at the same time, each with one thread to an operation, as far as ``threadCount()`` goes.
    ///
    /// Where operations are short, this is faster than to compute one part after another with all threads to an operation:
    /// no thread waits for another at the end of each. What a part gives does not depend on what runs beside it.
    ///
    /// - Parameters:
    ///   - keys: what dropout in each part draws from; see ``RandomState/drawKey()``.
    ///   - body: gets a part's number. Recording is on at first. It is called on several threads.
    /// - Throws: what the first part that failed threw.
    package static func sideBySide<Result>(keys: [UInt64], _ body: (Int) throws -> Result) throws -> [Result] {
        let results = UnsafeMutableBufferPointer<Swift.Result<Result, any Error>?>.allocate(capacity: keys.count)
        results.initialize(repeating: nil)
        defer {
            results.deinitialize()
            results.deallocate()
        }
        try withoutActuallyEscaping(body) { body in
            let parts = Parts { index in results[index] = Swift.Result { try body(index) } }
            try withExtendedLifetime(parts) {
                try library().run("LibTorch.sideBySide") { api in
                    api.side_by_side(
                        Int32(keys.count), keys,
                        { context, index in
                            Unmanaged<Parts>.fromOpaque(context).takeUnretainedValue().run(Int(index))
                        }, Unmanaged.passUnretained(parts).toOpaque())
                }
            }
        }
        return try results.compactMap { try $0?.get() }
    }

    private final class Parts {
        let run: (Int) -> Void
        init(_ run: @escaping (Int) -> Void) { self.run = run }
    }
}
