import CTorch

extension Tensor {
    /// Whether operations on this tensor are recorded, so that its gradient can be taken.
    package var requiresGradient: Bool { library.api.requires_gradient(handle) }

    /// Only leaves of a floating-point type may be set.
    package func setRequiresGradient(_ value: Bool) throws {
        try library.run { $0.set_requires_gradient(handle, value) }
    }

    /// Whether this tensor is not the result of a recorded operation; gradients are kept for leaves.
    package var isLeaf: Bool { library.api.is_leaf(handle) }

    /// What ``backward()`` has added up for this leaf; nil where it was not reached, or cleared.
    package func gradient() throws -> Tensor? {
        guard library.api.has_gradient(handle) else { return nil }
        return try library.tensor { $0.gradient(handle) }
    }

    /// Replaces the gradient; nil clears it, and the next ``backward()`` starts anew.
    package func setGradient(_ gradient: Tensor?) throws {
        try library.run { $0.set_gradient(handle, gradient?.handle) }
    }

    package func clearGradient() throws {
        try setGradient(nil)
    }

    /// Adds the derivative of this tensor, one number, by every leaf that led to it to the leaf's ``gradient()``. What
    /// was recorded is freed: a second call fails.
    package func backward() throws {
        try library.run { $0.backward(handle) }
    }
}

extension Gradients {
    /// The derivative of a scalar by each tensor, nil where it does not depend on it. Nothing is added to their own
    /// ``Tensor/gradient()``; what was recorded is freed.
    package static func of(_ scalar: Tensor, by tensors: [Tensor]) throws -> [Tensor?] {
        var handles = [OpaquePointer?](repeating: nil, count: tensors.count)
        try scalar.library.run("Gradients.of(_:by:)") { api in
            tensors.withHandles { api.gradients(scalar.handle, $0, $0.count, &handles) }
        }
        return handles.map { $0.map { Tensor(handle: $0, library: scalar.library) } }
    }
}

/// Runs the body without recording operations: no gradient can be taken of what it computes, and no memory is held for
/// one. May be nested.
package func withoutGradients<Result>(_ body: () throws -> Result) rethrows -> Result {
    // Where LibTorch can't be loaded there is nothing to record, and the first operation in the body says why.
    guard let library = try? LibTorch.library() else { return try body() }
    let before = library.api.set_recording(false)
    defer { _ = library.api.set_recording(before) }
    return try body()
}
