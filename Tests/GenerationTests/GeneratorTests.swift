import Generation
import Models
import PEFT
import Tensors
import Testing

@Suite("Generating")
struct GeneratorTests {
    private static let prompts: [[Int32]] = [[5, 17, 9], [8, 23, 3, 30, 2], [49], [6, 7], [5, 17, 9]]

    private func configuration(_ change: (inout GenerationConfiguration) -> Void) -> GenerationConfiguration {
        var configuration = GenerationConfiguration()
        configuration.maxNewTokens = 8
        change(&configuration)
        return configuration
    }

    private func sampled(_ change: (inout Sampling) -> Void = { _ in }) -> GenerationConfiguration {
        configuration {
            var sampling = Sampling()
            change(&sampling)
            $0.sampling = sampling
        }
    }

    @Test("draws follow from the seed and the text's number, not from the batch")
    func draws() throws {
        let model = try SmallLanguageModel.named("llama causal-language-modelling").tuned()
        func texts(_ configuration: GenerationConfiguration, batchSize: Int = 8) throws -> [[Int32]] {
            try Generator(model: model, configuration: configuration, batchSize: batchSize).generate(Self.prompts)
                .map(\.tokens)
        }
        let first = try texts(sampled())
        #expect(try texts(sampled()) == first)
        #expect(try texts(sampled(), batchSize: 2) == first)
        #expect(try texts(sampled { $0.seed = 7 }) != first)
        // The same prompt twice is two texts.
        #expect(first[0] != first[4])
        // Where one token alone may be drawn, it is the best one.
        #expect(try texts(sampled { $0.topK = 1 }) == texts(configuration { _ in }))
        #expect(try texts(sampled { $0.temperature = 1e-4 }) == texts(configuration { _ in }))
    }

    @Test("draws are as frequent as the scores say")
    func frequencies() throws {
        let model = try SmallLanguageModel.named("gpt2 causal-language-modelling").tuned()
        let count = 2000
        var one = sampled { sampling in
            sampling.topK = 0
            sampling.temperature = 2
        }
        one.maxNewTokens = 1
        let texts = try Generator(model: model, configuration: one, batchSize: 500)
            .generate(Array(repeating: [5, 17, 9], count: count))
        let logits = try withoutGradients {
            try model.logits(for: ModelInput(.ids(try Tensor([5, 17, 9], shape: [1, 3]))), mode: .inference)
        }
        let probabilities = try (logits.selected(dim: 1, index: 2) / 2).softmax(dim: 1).floats().map(Double.init)
        var found = [Int](repeating: 0, count: probabilities.count)
        for text in texts { found[Int(text.tokens[0])] += 1 }
        for (token, probability) in probabilities.enumerated() {
            let deviation = (probability * (1 - probability) * Double(count)).squareRoot()
            #expect(abs(Double(found[token]) - probability * Double(count)) < 4.5 * deviation + 1, "token \(token)")
        }
    }

    @Test("positions that are turned by other angles in longer texts are computed anew")
    func longRotation() throws {
        for name in ["phi3 longrope short", "llama longrope"] {
            let model = try SmallLanguageModel.named("\(name) causal-language-modelling").tuned()
            let prompt: [Int32] = [5, 17, 9, 4]
            let texts = try Generator(model: model, configuration: configuration { $0.maxNewTokens = 12 })
                .generate([prompt])
            #expect(try texts[0].tokens == slowlyGenerated(prompt, by: model, count: 12))
        }
    }

    @Test("tells progress, and stops when asked to")
    func stops() throws {
        let model = try SmallLanguageModel.named("gpt2 causal-language-modelling").tuned()
        let generator = Generator(model: model, configuration: configuration { _ in }, batchSize: 2)
        var done: [Int] = []
        _ = try generator.generate(Self.prompts, progress: { done.append($0) })
        #expect(done == [2, 4, 5])
        var asked = 0
        #expect(throws: GenerationStopped.self) {
            try generator.generate(
                Self.prompts,
                shouldStop: {
                    asked += 1
                    return asked > 3
                })
        }
        #expect(asked == 4)
        #expect(try generator.generate([]).isEmpty)
    }

    @Test("says all that is wrong with prompts")
    func refusals() throws {
        let model = try SmallLanguageModel.named("gpt2 causal-language-modelling").tuned()
        let error = try #require(throws: GenerationError.self) {
            try Generator(model: model, configuration: configuration { $0.maxNewTokens = 30 }).generate([
                [], [5, 70, 1],
            ])
        }
        #expect(
            error.problems == [
                "prompt 1 has no tokens", "prompt 2 has the token id 70; the model's vocabulary has 53",
                "the longest prompt has 3 tokens, and 30 more are to be said; the model has room for 32",
            ])
        #expect(error.help == "tokenize for this model, and write max_new_tokens of at most 29")

        let prompted = try PromptTuning(numVirtualTokens: 5).attach(
            to: SmallLanguageModel.named("gpt2 causal-language-modelling").load(),
            generator: try RandomGenerator(seed: 1))
        #expect(throws: GenerationError.self) {
            try Generator(model: prompted, configuration: configuration { $0.maxNewTokens = 26 }).generate([[5, 7]])
        }

        let classifier = try FullFineTuning().attach(
            to: SmallLanguageModel.named("llama causal-language-modelling").load(task: .sequenceClassification),
            generator: try RandomGenerator(seed: 1))
        let wrong = try #require(throws: GenerationError.self) {
            try Generator(model: classifier, configuration: configuration { _ in }).generate([[5]])
        }
        #expect(wrong.problems == ["the model does sequence-classification, which says no text"])
    }
}
