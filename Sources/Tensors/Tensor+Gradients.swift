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
    /// The derivative by each tensor, nil where nothing depends on it. Nothing is added to their own
    /// ``Tensor/gradient()``; what was recorded is freed.
    ///
    /// - Parameters:
    ///   - x: what the derivative is of, one number.
    ///   - gradient: the derivative of another number by x, of its shape: then x may have any, and the derivatives are
    ///     those of that number.
    package static func of(_ x: Tensor, gradient: Tensor? = nil, by tensors: [Tensor]) throws -> [Tensor?] {
        var handles = [OpaquePointer?](repeating: nil, count: tensors.count)
        try x.library.run("Gradients.of(_:by:)") { api in
            tensors.withHandles { api.gradients(x.handle, gradient?.handle, $0, $0.count, &handles) }
        }
        return handles.map { $0.map { Tensor(handle: $0, library: x.library) } }
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
