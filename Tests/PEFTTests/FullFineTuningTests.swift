import Foundation
import Models
import PEFT
import Tensors
import TestSupport
import Testing

@Suite("Full fine-tuning")
struct FullFineTuningTests {
    @Test("trains every parameter and saves a whole model")
    func wholeModel() throws {
        let tuned = try FullFineTuning().attachedToTinyBERT()
        #expect(tuned.trainableParameters.count == 41)
        #expect(tuned.trainableParameters.allSatisfy { $0.isTrainable })
        try tuned.scramble()
        let input = try AdapterGolden.read().input()
        let logits = try tuned.logits(input)
        try withTemporaryFolder { folder in
            try tuned.save(to: folder.path, baseModelName: nil)
            let options = ModelOptions(generator: try RandomGenerator(seed: 1))
            let loaded = try ModelArchitectures.load(folder: folder.path, options: options).model
            #expect(difference(try loaded.logits(for: input, mode: .inference).floats(), logits) < 1e-5)
        }
        try tuned.merge()
        #expect(try tuned.logits(input) == logits)
    }
}
