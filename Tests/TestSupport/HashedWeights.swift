import Foundation
package import Tensors

/// Weights that need no file: every number follows from its tensor's place in the sorted names and its own place in it.
///
/// `hashed_weights.py` beside this file makes the same numbers, to the bit.
package struct HashedWeights: Decodable, Sendable {
    package let name: String
    package let shape: [Int]
    let offset: Double
    let scale: Double

    /// - Parameter index: the tensor's place in the sorted names.
    package func tensor(index: Int) throws -> Tensor {
        let values = (0..<shape.reduce(1, *)).map { place in
            Float(offset + scale * Self.uniform(UInt64(index) << 32 + UInt64(place)))
        }
        return try Tensor(values, shape: shape)
    }

    /// A number from -1 to 1: SplitMix64.
    private static func uniform(_ number: UInt64) -> Double {
        var x = number &+ 0x9E37_79B9_7F4A_7C15
        x = (x ^ (x >> 30)) &* 0xBF58_476D_1CE4_E5B9
        x = (x ^ (x >> 27)) &* 0x94D0_49BB_1331_11EB
        x ^= x >> 31
        return Double(x >> 11) / 0x1p52 - 1
    }

    package static func tensors(_ weights: [HashedWeights]) throws -> [String: Tensor] {
        var tensors: [String: Tensor] = [:]
        for (index, weight) in weights.enumerated() { tensors[weight.name] = try weight.tensor(index: index) }
        return tensors
    }
}
