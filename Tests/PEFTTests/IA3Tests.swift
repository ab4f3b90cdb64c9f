import Foundation
import Models
import PEFT
import Tensors
import TestSupport
import Testing

@Suite("IA3")
struct IA3Tests {
    private let method = IA3(
        targetModules: .names(["key", "output.dense"]), feedforwardModules: .names(["output.dense"]))

    @Test("leaves the logits as they are until it is trained, and then comes back from disk")
    func roundTrip() throws { try expectRoundTrip(method) }

    @Test("scales the inputs of feed-forward layers and the outputs of others")
    func shapes() throws {
        let shapes = try method.attachedToTinyBERT().trainableParameters.filter { $0.name.contains("layer.1") }
        #expect(
            shapes.map { "\($0.name.split(separator: ".").dropFirst(4).joined(separator: ".")) \($0.shape)" } == [
                "attention.self.key.ia3_l [32, 1]", "attention.output.dense.ia3_l [1, 32]",
                "output.dense.ia3_l [1, 48]",
            ])
    }

    @Test("is not taken off where a factor left nothing to restore")
    func unmerge() throws {
        let tuned = try method.attachedToTinyBERT()
        let factors = try #require(tuned.trainableParameters.first { $0.name.hasSuffix("key.ia3_l") })
        try factors.setTrainable(false)
        try factors.value.zero_()
        try tuned.merge()
        let error = try #require(throws: PEFTError.self) { try tuned.unmerge() }
        #expect(
            error.problems == [
                "`\(factors.name)` has factors below 0.001: what they scaled can't be told from its product"
            ])
    }

    @Test("refuses feed-forward layers that are no targets")
    func validation() throws {
        let method = IA3(targetModules: .names(["key"]), feedforwardModules: .names(["output.dense"]))
        let error = try #require(throws: PEFTError.self) { try method.attachedToTinyBERT() }
        #expect(error.problems == ["feedforward_modules `output.dense` is none of target_modules"])
    }
}
