/// How much a template may ask for. A template comes with a model from somewhere, so it is not trusted to end.
///
/// The defaults are far above what templates for long chats need, and keep a hostile one within a second or so.
package struct TemplateLimits: Hashable, Sendable {
    /// Scalars of the template's text.
    package var sourceLength: Int
    /// Expressions, statements and elements that are worked through, and long texts by their length.
    package var steps: Int
    /// Expressions, statements and macro calls within one another while rendering.
    package var depth: Int
    /// Bytes of the rendered text.
    package var outputBytes: Int
    /// Bytes of all texts, lists and dictionaries made while rendering, those let go of included.
    package var createdBytes: Int

    package init(
        sourceLength: Int = 1_000_000, steps: Int = 5_000_000, depth: Int = 400, outputBytes: Int = 32 << 20,
        createdBytes: Int = 256 << 20
    ) {
        self.sourceLength = sourceLength
        self.steps = steps
        self.depth = depth
        self.outputBytes = outputBytes
        self.createdBytes = createdBytes
    }

    /// How deeply a template's text may nest brackets, operators and blocks.
    static let syntaxDepth = 100
    /// How tall an expression may be; `a + b + c` is as tall as it has operators.
    static let expressionHeight = 200
    /// How deeply lists and dictionaries may contain one another.
    static let valueDepth = 200
    /// What `range` may count at most, as in Jinja's sandbox.
    static let rangeCount = 100_000
}
