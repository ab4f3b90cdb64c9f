import Tensors

/// The safetensors reader: the header, and the bytes of every tensor.
enum SafetensorsTarget {
    private static let file = "model.safetensors"

    static func make() throws -> FuzzTarget {
        let paths = [
            "TensorsTests/Golden/reference.safetensors", "PEFTTests/Golden/lora/adapter_model.safetensors",
            "PEFTTests/Golden/prompt-tuning/adapter_model.safetensors",
        ]
        return FuzzTarget(
            name: "safetensors", seeds: try paths.map { [file: try Goldens.bytes($0)] }, damagedFiles: [file],
            structure: SafetensorsMutation(), growth: (256, 8 << 20),
            read: { _, folder in
                let tensors = try SafetensorsFile("\(folder)/\(file)")
                var sum: UInt64 = 0
                for name in tensors.names {
                    try tensors.withBytes(of: name) { bytes in
                        for byte in bytes { sum &+= UInt64(byte) }
                    }
                }
            }, isOwnError: { $0 is SafetensorsError })
    }
}
