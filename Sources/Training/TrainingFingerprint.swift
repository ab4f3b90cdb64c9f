import Foundation

/// Tells whether a checkpoint belongs to a training: a digest of its configuration and examples.
enum TrainingFingerprint {
    /// - Parameters:
    ///   - distillation: what a teacher says of the examples to train on.
    ///   - dependsOnLength: whether the method goes by the number of steps.
    static func make(
        _ configuration: TrainingConfiguration, training: [EncodedExample], validation: [EncodedExample],
        distillation: Distillation?, dependsOnLength: Bool
    ) throws -> String {
        var configuration = configuration
        // How often checkpoints are written changes nothing that is computed.
        configuration.checkpointInterval = nil
        // Nor does when it is computed.
        configuration.recomputesLayers = false
        // Fewer epochs are then the beginning of more.
        if configuration.isExtensible, !dependsOnLength { configuration.epochs = 0 }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        var digest = FNV1a()
        digest.add(try encoder.encode(configuration))
        for examples in [training, validation] {
            digest.add(examples.count)
            for example in examples {
                digest.add(example.ids)
                digest.add(example.tokenTypeIDs ?? [])
                switch example.target {
                case .label(let label): digest.add(label)
                case .numbers(let numbers): digest.add(numbers.map { Int32(bitPattern: $0.bitPattern) })
                case .tokens(let tokens), .answer(let tokens): digest.add(tokens)
                case nil: digest.add(-1)
                }
            }
        }
        if let distillation {
            for value in [distillation.temperature, distillation.weight] {
                digest.add(Int(truncatingIfNeeded: value.bitPattern))
            }
            for row in distillation.logits { digest.add(row.map { Int32(bitPattern: $0.bitPattern) }) }
        }
        return String(digest.value, radix: 16)
    }
}

/// The 64-bit hash of Fowler, Noll and Vo: enough to notice a mix-up, and the same in every process.
struct FNV1a {
    private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func add(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
    }

    mutating func add(_ number: Int) {
        withUnsafeBytes(of: Int64(number).littleEndian) { add($0) }
    }

    mutating func add(_ numbers: [Int32]) {
        add(numbers.count)
        for number in numbers { withUnsafeBytes(of: number.littleEndian) { add($0) } }
    }
}
