/// Post-processors one after another, of which one at most says how the texts are laid out.
struct PostProcessorSequence: PostProcessor {
    let single: Layout
    let pair: Layout
    let laysOut: Bool
    let offsetTrimmings: [OffsetTrimming]

    init(_ node: JSONNode, _ tokens: TokenTable, depth: Int) throws(TokenizerError) {
        try node.allowKeys(["type", "processors"])
        var layout: (any PostProcessor)?
        var trimmings: [OffsetTrimming] = []
        for element in try node.sequenceElements("processors", depth: depth) {
            let processor = try PostProcessorKind.read(element, tokens, depth: depth + 1)
            if processor.laysOut {
                guard layout == nil else {
                    throw element.error("a second component that adds special tokens is not supported; keep one")
                }
                layout = processor
            }
            trimmings += processor.offsetTrimmings
        }
        single = layout?.single ?? .plainSingle
        pair = layout?.pair ?? .plainPair
        laysOut = layout != nil
        offsetTrimmings = trimmings
    }
}
