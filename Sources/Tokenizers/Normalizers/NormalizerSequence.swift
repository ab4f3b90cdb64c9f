/// Normalizers one after another.
struct NormalizerSequence: Normalizer {
    private let normalizers: [any Normalizer]

    init(_ node: JSONNode, depth: Int) throws(TokenizerError) {
        try node.allowKeys(["type", "normalizers"])
        var normalizers: [any Normalizer] = []
        for element in try node.sequenceElements("normalizers", depth: depth) {
            normalizers.append(try NormalizerKind.read(element, depth: depth + 1))
        }
        self.normalizers = normalizers
    }

    func normalize(_ workspace: inout Workspace) throws(TokenizerError) {
        for normalizer in normalizers {
            try normalizer.normalize(&workspace)
            try workspace.checkSize()
        }
    }
}
