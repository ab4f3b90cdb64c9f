package import Tensors

/// How a model is brought into memory, and for which task.
package struct ModelOptions {
    package var task: ModelTask
    /// The classes' names in the order of their indices; nil takes those of config.json.
    package var labels: [String]?
    /// What a row classifier's logits mean; nil takes what config.json says, or else one class of several.
    package var problemType: ProblemType?
    /// The type that the model computes in. The head stays in float32.
    package var dtype: DType
    /// How the weights of the layers' linear maps are kept, which then can't be trained; nil keeps them in `dtype`.
    package var quantization: Quantization?
    package var device: Device
    /// Where the numbers of a new head come from.
    package var generator: RandomGenerator
    /// All weights are new: the folder has a configuration alone.
    package var isNew = false

    package init(
        task: ModelTask = .sequenceClassification, labels: [String]? = nil, problemType: ProblemType? = nil,
        dtype: DType = .float32, quantization: Quantization? = nil, device: Device = .cpu, generator: RandomGenerator
    ) {
        self.task = task
        self.labels = labels
        self.problemType = problemType
        self.dtype = dtype
        self.quantization = quantization
        self.device = device
        self.generator = generator
    }
}

/// A model, and what a person should know about how it was made.
package struct LoadedModel {
    package let model: any TransformerModel
    /// Sentences such as that the head is new.
    package let notices: [String]
}
