import Foundation
import Training
import Testing

@Suite("The losses of training")
struct LossSequenceTests {
    @Test(
        "are those of a plain PyTorch loop, step for step", arguments: ["full"] + TrainingGolden.adapters)
    func losses(name: String) throws {
        let golden = try TrainingGolden.read()
        let trainer = try Trainer(
            model: try tunedTinyBERT(name, dropout: 0), configuration: TrainingGolden.configuration,
            training: golden.encoded)
        var rates: [Double] = []
        let result = try trainer.run(progress: { rates.append($0.learningRate) })
        let expected = try #require(golden.losses[name])
        #expect(result.losses.count == expected.count)
        for (step, (loss, expected)) in zip(result.losses, expected).enumerated() {
            #expect(abs(loss - expected) < 1e-5, "step \(step + 1)")
        }
        for (rate, expected) in zip(rates, golden.rates) { #expect(abs(rate - expected) < 1e-12) }
    }
}
