import CTorch

/// The LibTorch behind every tensor. It is loaded when it is first needed.
package enum LibTorch {
    /// The version that this package is written and tested against.
    package static let expectedVersion = "2.11.0"

    /// The version that is loaded, which is ``expectedVersion``: another one is refused.
    ///
    /// - Throws: ``TorchError/unavailable(_:)``.
    package static func version() throws -> String {
        String(cString: try library().api.version())
    }

    /// How many threads share one operation. The order of additions, hence the last digits of a sum, depends on it.
    package static func threadCount() throws -> Int {
        Int(try library().api.thread_count())
    }

    /// Sets ``threadCount()`` for all of the process.
    package static func setThreadCount(_ count: Int) throws {
        guard let count = Int32(exactly: count), count > 0 else {
            throw TorchError.failed(operation: "setThreadCount(_:)", message: "\(count) threads; at least 1 is needed")
        }
        try library().run { $0.set_thread_count(count) }
    }

    package static func isCUDAAvailable() throws -> Bool {
        try cudaDeviceCount() > 0
    }

    package static func cudaDeviceCount() throws -> Int {
        Int(try library().api.cuda_device_count())
    }

    /// How many tensors are alive: what a leak would raise.
    package static func liveTensorCount() throws -> Int {
        try library().api.live_tensors()
    }
}
