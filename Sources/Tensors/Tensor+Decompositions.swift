import CTorch

extension Tensor {
    /// The singular value decomposition of a matrix (m, n): u · diag(s) · vt with k = min(m, n).
    ///
    /// - Returns: `u` (m, k) and `vt` (k, n) of orthonormal columns and rows, and `s` (k), which falls. The sign of a pair
    ///   of vectors is LAPACK's choice.
    package func singularValueDecomposition() throws -> (u: Tensor, s: Tensor, vt: Tensor) {
        var u: OpaquePointer?
        var s: OpaquePointer?
        var vt: OpaquePointer?
        try library.run { $0.svd(handle, &u, &s, &vt) }
        guard let u, let s, let vt else { throw library.failure(#function) }
        return (
            Tensor(handle: u, library: library), Tensor(handle: s, library: library),
            Tensor(handle: vt, library: library)
        )
    }

    /// A matrix (m, n) as q · r with k = min(m, n): `q` (m, k) of orthonormal columns, `r` (k, n) upper triangular.
    package func qrDecomposition() throws -> (q: Tensor, r: Tensor) {
        var q: OpaquePointer?
        var r: OpaquePointer?
        try library.run { $0.qr(handle, &q, &r) }
        guard let q, let r else { throw library.failure(#function) }
        return (Tensor(handle: q, library: library), Tensor(handle: r, library: library))
    }
}
