package import Models

/// A method whose result is an adapter in the format of Hugging Face's PEFT: `adapter_config.json` and
/// `adapter_model.safetensors`.
///
/// A method is a type that conforms, in a file or folder of its own, and an entry in ``AdapterFolder/methods``.
package protocol PEFTMethod: FineTuningMethod {
    /// The value of `peft_type`: `LORA`.
    static var peftType: String { get }

    /// Reads the method's parameters from `adapter_config.json`. The reader collects what is wrong.
    init(from configuration: inout ConfigurationReader)

    /// Attaches an adapter that was saved before. The reader collects what is wrong.
    ///
    /// - Parameter source: the adapter's folder and tensors, every one of which is to be taken.
    func attach(to model: any TransformerModel, from source: AdapterSource) throws -> any TunedModel
}
