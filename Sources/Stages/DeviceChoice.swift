import Foundation
package import StageInterface
import Tensors

/// Where tensors live.
package enum DeviceChoice: String, CaseIterable, Sendable {
    /// CUDA where there is a driver and the library was built for it, else the CPU.
    case auto
    case cpu
    case cuda

    /// The device kind as keys name it.
    var kind: String {
        switch self {
        case .cpu: "cpu"
        case .cuda: "cuda"
        // Asking LibTorch would cost its loading; without a driver the answer is known.
        case .auto:
            FileManager.default.fileExists(atPath: "/dev/nvidiactl") && (try? LibTorch.isCUDAAvailable()) == true
                ? "cuda" : "cpu"
        }
    }
}

extension NumericsClass {
    /// The numerics class of stages that compute on this machine.
    package static func current(device: DeviceChoice, threads: Int) -> NumericsClass {
        NumericsClass(device: device.kind, threads: threads, library: LibTorch.expectedVersion)
    }
}
