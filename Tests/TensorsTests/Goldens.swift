import Foundation
import JSONValues
import Tensors
import Testing

/// What LibTorch's Python gave, from the files in the folder Golden.
enum Goldens {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(component: "Golden").path

    static func read(_ name: String) throws -> JSONValue {
        try JSONValue(parsing: Data(contentsOf: URL(filePath: "\(folder)/\(name)")))
    }
}

extension Tensor {
    /// The tensor that a golden file holds: int64 where all values are whole numbers, else float32.
    convenience init(golden: JSONValue) throws {
        let shape = try #require(golden["shape"].arrayValue).map { try #require($0.intValue) }
        let values = try #require(golden["values"].arrayValue)
        let isWhole = values.allSatisfy { if case .int = $0 { true } else { false } }
        if isWhole, !values.isEmpty {
            try self.init(values.map { try #require($0.intValue) }, shape: shape)
        } else {
            try self.init(values.map { Float(try #require($0.doubleValue)) }, shape: shape)
        }
    }
}

extension Tensor {
    /// Numbers without a pattern that an error could hide behind, as the script that makes the golden files has them.
    static func ramp(_ shape: [Int], scale: Float = 1, shift: Float = 0) throws -> Tensor {
        let numerators = (0..<shape.reduce(1, *)).map { index in (index * 37 + 11) % 101 - 50 }
        return try Tensor(numerators.map { numerator in Float(numerator) / 32 * scale + shift }, shape: shape)
    }
}

/// Expects the tensor to have the golden one's shape and, to a part in `tolerance`, its values.
func expect(
    _ tensor: Tensor, isNear golden: JSONValue, tolerance: Double = 1e-5, _ comment: Comment? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
) throws {
    #expect(.array(tensor.shape.map { .int($0) }) == golden["shape"], comment, sourceLocation: sourceLocation)
    let values = try tensor.doubles()
    let expected = try #require(golden["values"].arrayValue, comment, sourceLocation: sourceLocation).map { value in
        value.boolValue.map { $0 ? 1 : 0 } ?? value.doubleValue ?? .nan
    }
    #expect(values.count == expected.count, comment, sourceLocation: sourceLocation)
    for (index, (value, expected)) in zip(values, expected).enumerated()
    where !(abs(value - expected) <= tolerance * max(1, abs(expected))) {
        Issue.record("\(comment ?? "") [\(index)] is \(value), expected \(expected)", sourceLocation: sourceLocation)
        return
    }
}
