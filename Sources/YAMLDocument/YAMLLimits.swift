/// How much of a document is read before it is refused, so that no file can fill the memory or the stack.
package struct YAMLLimits: Sendable {
    /// The most bytes of text.
    package var bytes: Int

    /// The most nodes, each alias counted as all that it stands for. Nested aliases make a small file a huge tree.
    package var nodes: Int

    /// The most collections inside one another, aliases included.
    package var depth: Int

    package init(bytes: Int, nodes: Int, depth: Int) {
        self.bytes = bytes
        self.nodes = nodes
        self.depth = depth
    }

    /// Room for a pipeline of some ten thousand stages.
    package static let `default` = YAMLLimits(bytes: 4 << 20, nodes: 250_000, depth: 64)
}
