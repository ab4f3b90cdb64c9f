import Foundation
import Models
import PEFT
import Tensors
import TestSupport
import Testing

@Suite("AdaLoRA")
struct AdaLoRATests {
    private let method = AdaLoRA(targetR: 2, initR: 4, loraAlpha: 6, targetModules: .names(["query", "output.dense"]))

    @Test("leaves the logits as they are until it is trained, and then comes back from disk")
    func roundTrip() throws { try expectRoundTrip(method) }

    @Test("counts how far factors are from orthogonal")
    func penalty() throws {
        var method = method
        method.orthRegWeight = 0.5
        let tuned = try method.attachedToTinyBERT()
        for parameter in tuned.trainableParameters where parameter.name.contains("lora_") {
            // Rows of A and columns of B of one 1 each are orthonormal, and so are no distance away.
            let columns = parameter.shape[1]
            let isB = parameter.name.hasSuffix("lora_B")
            let values = (0..<parameter.shape[0] * columns).map { place -> Float in
                let (row, column) = place.quotientAndRemainder(dividingBy: columns)
                return row == column ? isB ? 2 : 1 : 0
            }
            try withoutGradients { try parameter.value.copy_(from: Tensor(values, shape: parameter.shape)) }
        }
        // ‖4 I - I‖ = 3 √4 for every B, nothing for every A; half of that is the mean, of which half counts.
        let penalty = try #require(try tuned.stepwise?.penalty()?.item())
        #expect(abs(penalty - 0.5 * 0.5 * 6) < 1e-5)
    }

    @Test("refuses settings that contradict each other, and trainings without a step for setting ranks")
    func validation() throws {
        var budget = AdaLoRA.Budget()
        budget.deltaT = 0
        budget.beta1 = 1
        let wrong = AdaLoRA(targetR: 4, initR: 4, targetModules: .names(["query"]), budget: budget)
        let error = try #require(throws: PEFTError.self) { try wrong.attachedToTinyBERT() }
        #expect(
            error.problems == [
                "target_r is 4 and init_r 4: ranks are taken, so init_r is the larger",
                "deltaT is 0, expected at least 1", "beta1 is 1.0, expected more than 0 and less than 1",
            ])
        var long = method
        long.budget.tinit = 5
        long.budget.tfinal = 4
        let tuned = try long.attachedToTinyBERT()
        let short = try #require(throws: PEFTError.self) { try tuned.stepwise?.prepare(totalSteps: 9) }
        #expect(
            short.problems == ["the training has 9 steps, of which tinit 5 and tfinal 4 leave none for setting ranks"])
    }

    @Test("refuses a pattern of ranks for another number of them")
    func pattern() throws {
        let example = try #require(try VariantGolden.cases { $0.method == "adalora-ranks" }.first)
        try example.withFolder { folder in
            let url = folder.appending(path: "adapter_config.json")
            let text = try String(contentsOf: url, encoding: .utf8)
            try text.replacingOccurrences(of: "\"init_r\": 4", with: "\"init_r\": 5")
                .write(to: url, atomically: true, encoding: .utf8)
            let error = try #require(throws: PEFTError.self) {
                try AdapterFolder.load(folder.path, onto: try VariantGolden.read().model(example.base))
            }
            #expect(error.problems.first?.contains("has 4 values for") == true)
        }
    }
}
