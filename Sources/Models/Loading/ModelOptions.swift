package import Tensors

/// How a model is brought into memory.
package struct ModelOptions {
    /// The classes' names in the order of their indices; nil takes those of config.json.
    package var labels: [String]?
    /// The type that the model computes in. The head stays in float32.
    package var dtype: DType
    package var device: Device
    /// Where the numbers of a new head come from.
    package var generator: RandomGenerator

    package init(
        labels: [String]? = nil, dtype: DType = .float32, device: Device = .cpu, generator: RandomGenerator
    ) {
        self.labels = labels
        self.dtype = dtype
        self.device = device
        self.generator = generator
    }
}

/// A model, and what a person should know about how it was made.
package struct LoadedClassifier {
    package let model: any SequenceClassifier
    /// Sentences such as that the head is new.
    package let notices: [String]
}
