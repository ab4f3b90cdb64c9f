import Tensors

/// The network that each position goes through by itself, plain or gated (Shazeer 2020, arXiv:2002.05202).
final class FeedForward {
    private enum Shape {
        case plain(up: Linear)
        case gated(gate: Linear, up: Linear)
        case joinedGate(Linear)
    }

    private let shape: Shape
    private let down: Linear
    private let activation: Activation
    private let innerDropout: Double

    init(_ description: FeedForwardDescription, from weights: WeightReader) throws {
        activation = description.activation
        innerDropout = description.innerDropout
        shape =
            switch description.shape {
            case .plain(let up): .plain(up: try Linear(ofLayer: up, from: weights))
            case .gated(let gate, let up):
                .gated(gate: try Linear(ofLayer: gate, from: weights), up: try Linear(ofLayer: up, from: weights))
            case .joinedGate(let linear): .joinedGate(try Linear(ofLayer: linear, from: weights))
            }
        down = try Linear(ofLayer: description.down, from: weights)
    }

    var linears: [Linear] {
        switch shape {
        case .plain(let up): [up, down]
        case .gated(let gate, let up): [gate, up, down]
        case .joinedGate(let linear): [linear, down]
        }
    }

    /// (…, d) → (…, d)
    func callAsFunction(_ states: Tensor, mode: ForwardMode) throws -> Tensor {
        let inner = try NN.dropout(
            try self.inner(states, mode), probability: innerDropout, training: mode == .training)
        return try down(inner, mode: mode)
    }

    /// (…, d) → (…, inner)
    private func inner(_ states: Tensor, _ mode: ForwardMode) throws -> Tensor {
        switch shape {
        case .plain(let up):
            return try activation(try up(states, mode: mode))
        case .gated(let gate, let up):
            return try activation(try gate(states, mode: mode)) * up(states, mode: mode)
        case .joinedGate(let linear):
            let both = try linear(states, mode: mode)
            let width = both.shape[both.shape.count - 1] / 2
            let parts = try both.split(sizes: [width, width], dim: -1)
            return try activation(parts[0]) * parts[1]
        }
    }
}
