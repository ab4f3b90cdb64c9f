package import Diagnostics

/// Reads YAML 1.2 documents as trees whose every node knows its place in the text.
///
/// What differs from the letter of YAML, and why:
/// - One file holds one document.
/// - Keys are texts, and a key stands once in its mapping.
/// - Merge keys (`<<: *defaults`, `<<: [*first, *second]`) are resolved as in YAML 1.1, since users of other pipeline
///   files know them: a mapping's own keys win over merged ones, and an earlier merged mapping over a later one.
/// - Tags other than those of the core schema are refused: nothing here can name a type to construct.
/// - Line breaks are LF, CRLF and CR. Characters that only some readers take for line breaks must be escaped.
package enum YAMLDocument {
    /// Reads a text and finds all its errors, as far as they can be told apart.
    ///
    /// - Returns: the root, nil if the errors leave no whole tree; and the errors, in the order of their places.
    ///   With duplicate keys there is both: the first of them is kept.
    package static func parse(
        _ source: SourceText, limits: YAMLLimits = .default
    ) -> (root: YAMLNode?, diagnostics: [Diagnostic]) {
        let size = source.contents.utf8.count
        guard size <= limits.bytes else {
            return (nil, [.error("`\(source.path)` has \(size) bytes, more than the \(limits.bytes) that are read")])
        }
        let forbidden = ForbiddenCharacters.find(in: source)
        guard forbidden.isEmpty else { return (nil, forbidden) }

        var contents = source.contents
        return contents.withUTF8 { text in
            guard let parser = YAMLEventParser(text) else { return (nil, [.error("out of memory")]) }
            var builder = YAMLTreeBuilder(source: source, text: text, parser: parser, limits: limits)
            let root = builder.buildDocument()
            return (root, Diagnostics(builder.diagnostics).sorted)
        }
    }

    /// Reads a text that has to be right.
    ///
    /// - Throws: ``DiagnosticsError`` with all errors of the text.
    package static func load(
        _ source: SourceText, limits: YAMLLimits = .default
    ) throws(DiagnosticsError) -> YAMLNode {
        let (root, diagnostics) = parse(source, limits: limits)
        guard let root, diagnostics.isEmpty else { throw DiagnosticsError(diagnostics) }
        return root
    }
}
