import Generation
import Models
import PEFT
import Tensors
import Testing

/// A method of fine-tuning, for a model of the tests.
struct TunedCase: Sendable, CustomTestStringConvertible {
    let model: String
    let name: String
    let method: any FineTuningMethod

    var testDescription: String { "\(name) on \(model)" }

    static var all: [TunedCase] {
        ["gpt2", "llama", "gpt_neox", "qwen3", "gemma", "mistral", "t5"].flatMap { family -> [TunedCase] in
            let model = family == "t5" ? "t5" : "\(family) causal-language-modelling"
            let targets: [String] =
                switch family {
                case "gpt2": ["c_attn"]
                case "gpt_neox": ["query_key_value"]
                case "t5": ["q", "v"]
                default: ["q_proj", "v_proj"]
                }
            var methods: [(String, any FineTuningMethod)] = [
                ("lora", LoRA(r: 4, loraAlpha: 8, targetModules: .names(targets))),
                ("prompt tuning", PromptTuning(numVirtualTokens: 3)),
                ("p-tuning", PTuning(numVirtualTokens: 3, encoderHiddenSize: 16)),
            ]
            if family != "t5" { methods.append(("prefix tuning", PrefixTuning(numVirtualTokens: 3))) }
            return methods.map { TunedCase(model: model, name: $0.0, method: $0.1) }
        }
    }
}

@Suite("Under an adapter")
struct AdapterTests {
    private static let prompts: [[Int32]] = [[5, 17, 9, 44, 31, 3, 12], [8, 23, 3], [49, 3, 11, 12], [6]]

    @Test("each position is computed once, with what whole passes give", arguments: TunedCase.all)
    func cached(_ example: TunedCase) throws {
        let generator = try RandomGenerator(seed: 3)
        let model = try example.method.attach(to: SmallLanguageModel.named(example.model).load(), generator: generator)
        // First values often change nothing.
        try withoutGradients {
            for parameter in model.trainableParameters {
                try parameter.value.add_(try Tensor.normal(parameter.shape, generator: generator), scale: 0.3)
            }
        }
        var configuration = GenerationConfiguration()
        configuration.maxNewTokens = 9
        let expected = try Self.prompts.map { try slowlyGenerated($0, by: model, count: 9) }
        for batchSize in [4, 1] {
            let texts = try Generator(model: model, configuration: configuration, batchSize: batchSize)
                .generate(Self.prompts)
            #expect(texts.map(\.tokens) == expected)
        }
        // A window of three positions soon sees no more of what stands in front.
        guard !example.model.hasPrefix("mistral") else { return }
        let plain = try SmallLanguageModel.named(example.model).tuned()
        let unchanged = try Generator(model: plain, configuration: configuration).generate(Self.prompts)
        #expect(unchanged.map(\.tokens) != expected, "the adapter says nothing else than its base")
    }
}
