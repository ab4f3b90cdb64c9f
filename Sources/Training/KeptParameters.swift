import Tensors

/// Parameters of earlier epochs that may become the result.
struct KeptParameters {
    /// Those of the best epoch so far.
    var best: [Tensor]?
    /// Those of the last epochs, the oldest first.
    var recent: [[Tensor]] = []

    /// The mean of ``recent``, computed in float32; nil if there are none.
    func mean() throws -> [Tensor]? {
        guard let first = recent.first else { return nil }
        return try withoutGradients {
            try first.indices.map { index in
                let sum = try recent.dropFirst().reduce(first[index].to(.float32)) { try $0 + $1[index].to(.float32) }
                return try sum / Double(recent.count)
            }
        }
    }
}
