import CTorch

/// Where a tensor's elements are and its operations run.
package struct Device: Hashable, Sendable, CustomStringConvertible {
    /// The number that the C interface has for this device.
    let code: ct_device

    package static let cpu = Device(code: ct_device(CT_CPU))

    /// A CUDA device by its index from 0.
    package static func cuda(_ index: Int = 0) -> Device {
        Device(code: ct_device(clamping: max(index, 0)))
    }

    package var isCUDA: Bool { code >= 0 }

    package var description: String { isCUDA ? "cuda:\(code)" : "cpu" }

    init(code: ct_device) {
        self.code = code
    }

    /// Reads `cpu`, `cuda`, `cuda:1` or `auto`, which is the first CUDA device where there is one, else the CPU.
    ///
    /// - Throws: ``DeviceError`` for another name, and for a CUDA device that isn't there;
    ///   ``TorchError/unavailable(_:)`` where LibTorch must be asked and can't be loaded.
    package init(parsing name: String) throws {
        if name == "cpu" {
            self = .cpu
            return
        }
        if name == "auto" {
            self = try LibTorch.isCUDAAvailable() ? .cuda() : .cpu
            return
        }
        let parts = name.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let index = parts.count == 2 ? Int32(parts[1]) : 0
        guard parts[0] == "cuda", let index, index >= 0 else { throw DeviceError.unknown(name) }
        let count = try LibTorch.cudaDeviceCount()
        guard index < count else { throw DeviceError.absent(name, cudaDeviceCount: count) }
        self.init(code: index)
    }
}

/// Why a device's name gives no device.
package enum DeviceError: Error, Hashable, CustomStringConvertible {
    case unknown(String)
    case absent(String, cudaDeviceCount: Int)

    package var description: String {
        switch self {
        case .unknown(let name):
            "unknown device `\(name)`; known are cpu, cuda, cuda:INDEX and auto"
        case .absent(let name, 0):
            "there is no device `\(name)`: LibTorch finds no CUDA device; "
                + "help: use cpu or auto, or set up with `make setup DEVICE=cuda` on a machine with a GPU"
        case .absent(let name, let count):
            "there is no device `\(name)`; help: use one of cuda:0 to cuda:\(count - 1)"
        }
    }
}
