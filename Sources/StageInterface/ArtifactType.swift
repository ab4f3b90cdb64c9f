/// What a stage leaves for others: a folder whose files follow one known layout.
///
/// The stages declare their own types; the runner only compares them, so that an adapter where tokens are
/// wanted is an error before anything runs.
package struct ArtifactType: Hashable, Sendable, CustomStringConvertible {
    /// The name in messages and documentation, for example `tokens`.
    package let name: String

    /// What the folder holds, in one line.
    package let summary: String

    package init(_ name: String, summary: String) {
        self.name = name
        self.summary = summary
    }

    package var description: String { name }

    package static func == (lhs: ArtifactType, rhs: ArtifactType) -> Bool { lhs.name == rhs.name }

    package func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
