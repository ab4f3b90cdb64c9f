import Models
import PEFT
import Tensors
import Testing

@testable import Training

@Suite("The loss of tokens")
struct TokenLossTests {
    @Test(
        "and its gradients are transformers', however few places are turned into logits at a time",
        arguments: try TokenLossGolden.read().cases, [1, 160, SupervisedPlaces.logitLimit])
    func gradients(_ example: TokenLossGolden.Case, _ logitLimit: Int) throws {
        let golden = try TokenLossGolden.read()
        let tuned = try example.tuned()
        let places = try SupervisedPlaces(
            of: example.targetTensor(), in: try tuned.readout(for: golden.input(example), mode: .inference),
            for: TaskLoss(task: example.task), logitLimit: logitLimit)
        let count = example.losses.count
        #expect(places.targets.count == count)
        let trained = tuned.trainableParameters.filter { example.gradients[$0.name] != nil }
        let (sum, gradients) = try places.gradients(by: trained.map(\.value), factor: 1 / Double(count))
        let loss = sum / Double(count)
        #expect(abs(loss - example.loss) < 1e-5 * example.loss)
        #expect(trained.count == example.gradients.count)
        for (parameter, gradient) in zip(trained, gradients) {
            let expected = try #require(example.gradients[parameter.name])
            var gradient = try #require(gradient, "\(parameter.name)")
            if parameter.isTransposedInFile { gradient = try gradient.transposed().contiguous() }
            let values = try gradient.doubles()
            let norm = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
            let share = Double(values.count)
            let weighted = values.enumerated().reduce(0) { $0 + $1.element * Double($1.offset + 1) / share }
            // Of key biases, the gradient is zero but for rounding.
            let scale = max(expected[1], 1e-3)
            #expect(abs(norm - expected[1]) < 1e-4 * scale, "\(parameter.name)")
            #expect(abs(weighted - expected[0]) < 2e-4 * scale * share.squareRoot(), "\(parameter.name)")
        }
    }

    @Test("has a share of the memory for logits where several batches are computed side by side", arguments: [1, 2, 5])
    func sideBySide(_ parts: Int) throws {
        let golden = try TokenLossGolden.read()
        let example = try #require(golden.cases.first { $0.name.hasPrefix("gpt2") })
        let tuned = try example.tuned()
        let places = try SupervisedPlaces(
            of: example.targetTensor(), in: try tuned.readout(for: golden.input(example), mode: .inference),
            for: TaskLoss(task: example.task), parts: parts,
            logitLimit: example.losses.count * tuned.base.dimensions.vocabularySize)
        #expect(places.chunkSize == example.losses.count / parts)
    }

    @Test("at each place, and what is told there, are transformers'", arguments: try TokenLossGolden.read().cases)
    func predictions(_ example: TokenLossGolden.Case) throws {
        let golden = try TokenLossGolden.read()
        for logitLimit in [160, SupervisedPlaces.logitLimit] {
            let (losses, predicted) = try withoutGradients {
                try SupervisedPlaces(
                    of: example.targetTensor(),
                    in: try example.tuned().readout(for: golden.input(example), mode: .inference),
                    for: TaskLoss(task: example.task), logitLimit: logitLimit
                ).predictions()
            }
            #expect(predicted == example.predicted)
            for (loss, expected) in zip(losses, example.losses) { #expect(abs(loss - expected) < 1e-4) }
        }
    }

    @Test("behind a soft prompt, whose last place tells the first token, is that of whole logits")
    func prompt() throws {
        let golden = try TokenLossGolden.read()
        let example = try #require(golden.cases.first { $0.name.hasPrefix("gpt2") })
        let tuned = try example.tuned(method: PromptTuning(numVirtualTokens: 3))
        let (input, targets) = (try golden.input(example), try example.targetTensor())
        let logits = try tuned.logits(for: input, mode: .inference)
        // The logits of the prompt's first two places, and of the last token, tell nothing.
        let length = targets.shape[1]
        let whole = try NN.crossEntropy(
            logits.narrowed(dim: 1, start: 2, length: length).reshaped([-1, logits.shape[2]]),
            targets.reshaped([-1]), reduction: .sum)
        try whole.backward()
        let expected = try tuned.gradients()
        for parameter in tuned.trainableParameters { try parameter.value.clearGradient() }

        let task = TaskLoss(task: .causalLanguageModelling)
        let count = try task.count(of: targets, hasPrompt: true)
        #expect(count == example.losses.count + 1)
        let parameters = tuned.trainableParameters
        let (sum, gradients) = try task.gradients(
            tuned, input, targets: targets, mode: .inference, by: parameters.map(\.value), dividedBy: 1)
        #expect(abs(sum - (try whole.item())) < 1e-4)
        for (parameter, gradient) in zip(parameters, gradients) {
            let name = parameter.name
            let values = try #require(gradient).floats()
            let other = try #require(expected[name])
            let scale = other.map { abs($0) }.max() ?? 0
            for (value, other) in zip(values, other) { #expect(abs(value - other) <= 1e-5 * scale, "\(name)") }
        }
    }

    @Test("with a part of the weight spread over all tokens is that of whole logits", arguments: [1, 160])
    func smoothing(_ logitLimit: Int) throws {
        let golden = try TokenLossGolden.read()
        let example = try #require(golden.cases.first { $0.name.hasPrefix("gpt2") })
        let tuned = try example.tuned()
        let (input, targets) = (try golden.input(example), try example.targetTensor())
        let logits = try tuned.logits(for: input, mode: .inference)
        let length = targets.shape[1] - 1
        let whole = try NN.crossEntropy(
            logits.narrowed(dim: 1, start: 0, length: length).reshaped([-1, logits.shape[2]]),
            targets.narrowed(dim: 1, start: 1, length: length).reshaped([-1]), reduction: .sum, labelSmoothing: 0.2)
        let parameters = tuned.trainableParameters
        let expected = try Gradients.of(whole, by: parameters.map(\.value))

        var task = TaskLoss(task: .causalLanguageModelling)
        task.labelSmoothing = 0.2
        let (sum, gradients) = try SupervisedPlaces(
            of: targets, in: try tuned.readout(for: input, mode: .inference), for: task, logitLimit: logitLimit
        ).gradients(by: parameters.map(\.value), factor: 1)
        #expect(abs(sum - (try whole.item())) < 1e-3)
        for (parameter, (gradient, other)) in zip(parameters, zip(gradients, expected)) {
            let (values, others) = (try #require(gradient).floats(), try #require(other).floats())
            let scale = max(others.map { abs($0) }.max() ?? 0, 1e-3)
            for (value, other) in zip(values, others) {
                #expect(abs(value - other) <= 1e-4 * scale, "\(parameter.name)")
            }
        }
    }
}
