/// A text that a model wrote, and the texts that people would have liked as well.
package struct ReferredText: Sendable, Hashable {
    package var text: String
    /// At least one.
    package var references: [String]

    package init(text: String, references: [String]) {
        self.text = text
        self.references = references
    }

    /// Whether the text is one of its references, white space at the ends aside.
    package var isExact: Bool {
        let text = self.text.trimmed
        return references.contains { $0.trimmed == text }
    }
}

extension [ReferredText] {
    /// The share that is one of its references.
    package var exactMatch: Double {
        isEmpty ? 0 : Double(count(where: \.isExact)) / Double(count)
    }
}
