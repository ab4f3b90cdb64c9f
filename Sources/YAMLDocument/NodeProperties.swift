/// Where the tag of a node stands, and where its content starts, in Unicode scalars.
///
/// libyaml gives only the place of a whole node, with its anchor, its tag and the comments between them.
struct NodeProperties {
    private(set) var tag: Range<Int>?
    private(set) var content: Int

    /// A node without anchor and tag.
    init(content: Int) {
        self.content = content
    }

    /// Reads past the anchor and the tag that a node's text starts with.
    ///
    /// - Parameter start: where the text starts.
    init(readFrom text: String, at start: Int) {
        var rest = text.unicodeScalars[...]
        var position = start

        func skip(while isSkipped: (Unicode.Scalar) -> Bool) {
            let skipped = rest.prefix(while: isSkipped)
            rest = rest[skipped.endIndex...]
            position += skipped.count
        }
        reading: while let next = rest.first {
            switch next {
            case "#": skip { $0 != "\n" && $0 != "\r" }
            case "&", "!":
                let property = position
                skip { !$0.properties.isWhitespace && $0 != "," && $0 != "]" && $0 != "}" }
                if next == "!" { tag = property..<position }
            case _ where next.properties.isWhitespace: skip { $0.properties.isWhitespace }
            default: break reading
            }
        }
        content = position
    }
}
