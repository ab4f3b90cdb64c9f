import CTorch

extension NN {
    /// What a function makes of its inputs, without keeping what its gradients need: that is computed again when it is
    /// their turn (Chen et al. 2016, arXiv:1604.06174), with the same random numbers, so that gradients are the same.
    ///
    /// - Parameters:
    ///   - inputs: at least one; gradients pass to those that require them. Nothing else in the body may lead to tensors
    ///     outside of it that require gradients, but leaves.
    ///   - body: is called once, and once more for gradients; takes the inputs in their order.
    package static func recomputed(_ inputs: [Tensor], _ body: @escaping ([Tensor]) throws -> Tensor) throws -> Tensor {
        let library = try LibTorch.library()
        let recomputation = Recomputation(library: library, body: body)
        let context = Unmanaged.passRetained(recomputation).toOpaque()
        do {
            return try library.tensor { api in
                inputs.withHandles { handles in
                    api.recompute(
                        handles, handles.count, context,
                        { Recomputation.at($0).output(of: UnsafeBufferPointer(start: $1, count: $2)) },
                        { Unmanaged<Recomputation>.fromOpaque($0).release() })
                }
            }
        } catch {
            throw recomputation.error ?? error
        }
    }
}

/// A body, as the C interface calls it.
private final class Recomputation {
    private let library: TorchLibrary
    private let body: ([Tensor]) throws -> Tensor
    private(set) var error: (any Error)?

    init(library: TorchLibrary, body: @escaping ([Tensor]) throws -> Tensor) {
        self.library = library
        self.body = body
    }

    static func at(_ context: UnsafeMutableRawPointer) -> Recomputation {
        Unmanaged<Recomputation>.fromOpaque(context).takeUnretainedValue()
    }

    /// - Parameter handles: of inputs, which are taken over.
    func output(of handles: UnsafeBufferPointer<OpaquePointer>) -> OpaquePointer? {
        do {
            let result = try body(handles.map { Tensor(handle: $0, library: library) })
            return library.api.share(result.handle)
        } catch {
            self.error = error
            return nil
        }
    }
}
