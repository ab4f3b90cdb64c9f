import CTorch

/// A source of random numbers of its own, on the CPU, for draws that no other draw may disturb.
package final class RandomGenerator {
    let handle: OpaquePointer
    private let library: TorchLibrary

    package init(seed: UInt64) throws {
        library = try LibTorch.library()
        guard let handle = library.api.generator_make(seed) else { throw library.failure("RandomGenerator(seed:)") }
        self.handle = handle
    }

    deinit {
        library.api.generator_release(handle)
    }

    /// What the next draws depend on.
    package func state() throws -> [UInt8] {
        try library.tensor { $0.generator_state(handle, Device.cpu.code) }.withBytes { Array($0) }
    }

    /// Goes back to where the generator was when ``state()`` gave these bytes.
    package func setState(_ state: [UInt8]) throws {
        let state = try Tensor(state)
        try library.run { $0.generator_set_state(handle, Device.cpu.code, state.handle) }
    }
}

/// LibTorch's default generators, one for each device: dropout draws from that of its tensor's device.
package enum RandomState {
    /// Seeds the generators of all devices.
    package static func seed(_ seed: UInt64) throws {
        try LibTorch.library().run { $0.seed(seed) }
    }

    /// 64 bits of the generator of the CPU.
    package static func drawKey() throws -> UInt64 { try LibTorch.library().api.draw_key() }

    /// What the next draws on a device depend on.
    package static func capture(device: Device = .cpu) throws -> [UInt8] {
        try LibTorch.library().tensor { $0.generator_state(nil, device.code) }.withBytes { Array($0) }
    }

    /// Goes back to where the generator was when ``capture(device:)`` gave these bytes.
    package static func restore(_ state: [UInt8], device: Device = .cpu) throws {
        let state = try Tensor(state)
        try LibTorch.library().run { $0.generator_set_state(nil, device.code, state.handle) }
    }
}

extension Tensor {
    /// A vector of bytes.
    fileprivate convenience init(_ bytes: [UInt8]) throws {
        try self.init(bytes: bytes)
    }

    private convenience init(bytes: [UInt8]) throws {
        let library = try LibTorch.library()
        guard let handle = library.api.from_bytes(bytes, bytes.count, DType.uint8.code, [bytes.count], 1) else {
            throw library.failure("init(_:)")
        }
        self.init(handle: handle, library: library)
    }
}
