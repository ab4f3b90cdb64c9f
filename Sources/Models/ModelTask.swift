/// What a model is loaded to do: which head it has, and so what its logits mean.
package enum ModelTask: String, CaseIterable, Sendable, Codable {
    /// A row has a class, several classes or a number: logits (batch, labels).
    case sequenceClassification = "sequence-classification"
    /// Each token has a class: logits (batch, length, labels).
    case tokenClassification = "token-classification"
    /// Tokens that were masked are told: logits (batch, length, vocabulary).
    case maskedLanguageModelling = "masked-language-modelling"
    /// Each position tells the next token: logits (batch, length, vocabulary).
    case causalLanguageModelling = "causal-language-modelling"
    /// A decoder tells the next token of an answer to what an encoder read: logits (batch, answer length, vocabulary).
    case sequenceToSequence = "sequence-to-sequence"

    /// The task that a class of transformers is for, by its name: `GPT2LMHeadModel`; nil where the name doesn't tell.
    package init?(transformersClass name: String) {
        let endings: [(String, ModelTask)] = [
            ("ForSequenceClassification", .sequenceClassification), ("ForTokenClassification", .tokenClassification),
            ("ForMaskedLM", .maskedLanguageModelling), ("ForCausalLM", .causalLanguageModelling),
            ("LMHeadModel", .causalLanguageModelling), ("ForConditionalGeneration", .sequenceToSequence),
        ]
        guard let task = endings.first(where: { name.hasSuffix($0.0) })?.1 else { return nil }
        self = task
    }

    /// The value of `task_type` in PEFT's adapter_config.json; nil where PEFT knows none.
    package var peftName: String? {
        switch self {
        case .sequenceClassification: "SEQ_CLS"
        case .tokenClassification: "TOKEN_CLS"
        case .maskedLanguageModelling: nil
        case .causalLanguageModelling: "CAUSAL_LM"
        case .sequenceToSequence: "SEQ_2_SEQ_LM"
        }
    }

    /// Whether logits are over the vocabulary, and so large.
    package var tellsTokens: Bool {
        switch self {
        case .maskedLanguageModelling, .causalLanguageModelling, .sequenceToSequence: true
        case .sequenceClassification, .tokenClassification: false
        }
    }

    /// Whether the head has a row for each class of the task, and is new where the file has other classes.
    package var hasClasses: Bool { self == .sequenceClassification || self == .tokenClassification }
}

/// What the logits of a row classifier are scores of, `problem_type` in config.json.
package enum ProblemType: String, CaseIterable, Sendable, Codable {
    /// One of the classes: softmax.
    case singleLabel = "single_label_classification"
    /// Any of the classes: a sigmoid each.
    case multiLabel = "multi_label_classification"
    /// Numbers as they are.
    case regression
}
