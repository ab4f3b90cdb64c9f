/// Pre-tokenizers one after another, each of which cuts the words of those before it.
struct PreTokenizerSequence: PreTokenizer {
    private let preTokenizers: [any PreTokenizer]

    var needsSources: Bool { preTokenizers.contains { $0.needsSources } }

    init(_ node: JSONNode, depth: Int) throws(TokenizerError) {
        try node.allowKeys(["type", "pretokenizers"])
        var preTokenizers: [any PreTokenizer] = []
        for element in try node.sequenceElements("pretokenizers", depth: depth) {
            preTokenizers.append(try PreTokenizerKind.read(element, depth: depth + 1))
        }
        self.preTokenizers = preTokenizers
    }

    func split(_ workspace: inout Workspace) throws(TokenizerError) {
        for preTokenizer in preTokenizers {
            try preTokenizer.split(&workspace)
            try workspace.checkSize()
        }
    }
}
