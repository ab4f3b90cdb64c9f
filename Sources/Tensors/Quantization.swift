/// How a frozen matrix is kept in few bits.
package enum Quantization: String, Sendable, Codable, CaseIterable {
    /// 8 bits a weight and a magnitude for each row, as LLM.int8() keeps weights (Dettmers et al. 2022, arXiv:2208.07339).
    case int8
    /// 4 bits a weight, NormalFloat, and magnitudes of 64 weights that are quantized themselves, as QLoRA keeps weights
    /// (Dettmers et al. 2023, arXiv:2305.14314).
    case nf4
}
