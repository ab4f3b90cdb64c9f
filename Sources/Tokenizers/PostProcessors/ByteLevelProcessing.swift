/// No special tokens; offsets without white space, if so set.
struct ByteLevelProcessing: PostProcessor {
    let single = Layout.plainSingle
    let pair = Layout.plainPair
    var laysOut: Bool { false }
    let offsetTrimmings: [OffsetTrimming]

    init(_ node: JSONNode) throws(TokenizerError) {
        // `use_regex` is the pre-tokenizer's; the reference writes all settings wherever ByteLevel stands.
        try node.allowKeys(["type", "add_prefix_space", "trim_offsets", "use_regex"])
        let addsPrefixSpace = try node.member("add_prefix_space").bool()
        let trims = try node.member("trim_offsets").bool()
        offsetTrimmings = trims ? [OffsetTrimming(addsPrefixSpace: addsPrefixSpace)] : []
    }
}
