import Foundation
import Models
import PEFT
import Tensors
import TestSupport
import Testing

/// The gradients that PEFT gives an adapter: `Golden/gradients.json`.
struct GradientGolden: Decodable, Sendable, CustomTestStringConvertible {
    let base: String
    let method: String
    let loss: Double
    /// Of each tensor, the sum of elements weighted by their places, and the norm.
    let gradients: [String: [Double]]

    var testDescription: String { "\(base) \(method)" }

    static func read() throws -> [GradientGolden] {
        let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/gradients.json")
        return try JSONDecoder().decode([GradientGolden].self, from: try Data(contentsOf: url))
    }
}

@Suite("Gradients of adapters")
struct GradientTests {
    @Test("are PEFT's, with DoRA's norm as a constant", arguments: try GradientGolden.read())
    func gradients(_ example: GradientGolden) throws {
        let golden = try VariantGolden.read()
        let variant = try #require(
            golden.cases.first { $0.base == example.base && $0.method == example.method })
        try variant.withFolder { folder in
            let tuned = try AdapterFolder.load(
                folder.path, onto: try golden.model(example.base), isTrainable: true)
            let input = try golden.input(usesTypes: golden.bases[example.base]?.uses_types == true)
            var loss: Tensor?
            let logits = try tuned.logits(for: input, mode: .inference)
            for (index, ids) in golden.ids.enumerated() {
                var row = try logits.selected(dim: 0, index: index)
                if row.rank == 2 {
                    row = try row.narrowed(dim: 0, start: 0, length: tuned.virtualLogitCount + ids.count)
                }
                let square = try (row * row).sum()
                loss = try loss.map { try $0 + square } ?? square
            }
            let sum = try #require(loss)
            #expect(abs(try sum.item() - example.loss) < 1e-4 * example.loss)
            try sum.backward()
            #expect(Set(tuned.trainableParameters.map(\.name)) == Set(example.gradients.keys))
            for parameter in tuned.trainableParameters {
                let expected = try #require(example.gradients[parameter.name])
                var gradient = try #require(try parameter.value.gradient())
                if parameter.isTransposedInFile { gradient = try gradient.transposed().contiguous() }
                let values = try gradient.doubles()
                let norm = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
                let count = Double(values.count)
                let weighted = values.enumerated().reduce(0) { $0 + $1.element * Double($1.offset + 1) / count }
                // Of key biases, the gradient is zero but for rounding.
                let scale = max(expected[1], 1e-2)
                #expect(abs(norm - expected[1]) < 1e-4 * scale, "\(parameter.name)")
                #expect(abs(weighted - expected[0]) < 2e-4 * scale * count.squareRoot(), "\(parameter.name)")
            }
        }
    }
}
