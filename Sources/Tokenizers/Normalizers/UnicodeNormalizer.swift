/// Unicode's normalization forms, as of Unicode 9 (see ``ReferenceUnicode``): NFD, NFC, NFKD and NFKC.
struct UnicodeNormalizer: Normalizer {
    /// Whether compatibility decompositions are taken too, as of `ﬁ`.
    private let usesCompatibility: Bool
    private let composes: Bool

    init(_ node: JSONNode, compatibility: Bool, composes: Bool) throws(TokenizerError) {
        try node.allowKeys(["type"])
        self.init(compatibility: compatibility, composes: composes)
    }

    init(compatibility: Bool, composes: Bool) {
        usesCompatibility = compatibility
        self.composes = composes
    }

    func normalize(_ workspace: inout Workspace) {
        if workspace.text.bytes.allSatisfy({ $0 < 0x80 }) { return }
        var decomposed = decompose(&workspace)
        if composes { decomposed = Self.compose(decomposed) }
        workspace.spare.removeAll()
        workspace.spare.reserveCapacity(workspace.text.bytes.count)
        var alignment = Alignment(emptySource: workspace.emptySource)
        for scalar in decomposed {
            alignment.append(scalar.value, change: scalar.change, from: workspace.text, to: &workspace.spare)
        }
        swap(&workspace.text, &workspace.spare)
    }

    /// A scalar of the normalized text.
    private struct Scalar {
        var value: UInt32
        /// As ``Alignment`` takes it.
        var change: Int
        var combiningClass: UInt8
    }

    private func decompose(_ workspace: inout Workspace) -> [Scalar] {
        var result: [Scalar] = []
        result.reserveCapacity(workspace.text.bytes.count)
        /// Where the marks begin whose order is still open.
        var open = 0
        let text = workspace.text
        let bytes = text.bytes.span
        var index = 0
        while index < bytes.count {
            let (scalar, length) = UTF8Coding.decode(bytes, at: index)
            index += length
            var isFirst = true
            workspace.scalars.forEachPart(of: scalar, compatibility: usesCompatibility) { part, combiningClass in
                if combiningClass == 0 {
                    Self.order(&result, from: open)
                    open = result.count + 1
                }
                result.append(Scalar(value: part, change: isFirst ? 0 : 1, combiningClass: combiningClass))
                isFirst = false
            }
        }
        Self.order(&result, from: open)
        return result
    }

    /// Puts marks into canonical order.
    private static func order(_ scalars: inout [Scalar], from start: Int) {
        guard start + 1 < scalars.count else { return }
        // Swift's sort is stable since 5.0, though only its implementation says so; the position makes it certain.
        let marks = Array(scalars[start...])
        let order = marks.indices.sorted {
            (marks[$0].combiningClass, $0) < (marks[$1].combiningClass, $1)
        }
        for (offset, index) in order.enumerated() { scalars[start + offset] = marks[index] }
    }

    /// Joins a starter and what follows it wherever one scalar stands for both and nothing between blocks it.
    private static func compose(_ scalars: [Scalar]) -> [Scalar] {
        var result: [Scalar] = []
        result.reserveCapacity(scalars.count)
        /// Where in `result` the last starter stands.
        var starter: Int?
        /// The class of the last mark behind it that stayed.
        var lastClass: UInt8?
        for scalar in scalars {
            if let index = starter, lastClass.map({ $0 < scalar.combiningClass }) ?? true,
                let composed = ReferenceUnicode.composition(result[index].value, scalar.value)
            {
                result[index].value = composed
                result[index].change += scalar.change - 1
                continue
            }
            if scalar.combiningClass == 0 {
                starter = result.count
                lastClass = nil
            } else if starter != nil {
                lastClass = scalar.combiningClass
            }
            result.append(scalar)
        }
        return result
    }
}
