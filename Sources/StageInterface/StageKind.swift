/// A stage kind: its declaration, and its code.
///
/// One conforming type a file, registered in the catalogue.
package protocol StageKind: Sendable {
    static var declaration: StageDeclaration { get }

    /// Computes the artifact into `context.output`.
    ///
    /// - Throws: ``StageFailure`` where the inputs don't allow it, ``StageStopped`` after a request to stop.
    static func run(_ context: StageContext) throws -> StageReport
}

/// The stage kinds that there are.
package struct StageCatalogue: Sendable {
    package let kinds: [any StageKind.Type]

    package init(_ kinds: [any StageKind.Type]) { self.kinds = kinds }

    package var declarations: [StageDeclaration] { kinds.map { $0.declaration } }

    package func kind(named name: String) -> (any StageKind.Type)? { kinds.first { $0.declaration.kind == name } }

    package func declaration(of name: String) -> StageDeclaration? { kind(named: name)?.declaration }
}

// MARK: - The reference page

extension StageCatalogue {
    /// Every stage kind's section, in Markdown: docs/pipeline-reference.md.
    package var referencePage: String {
        let head = """
            # Pipeline reference

            Every stage kind with its parameters. This page is made from the declarations that also check pipelines:
            `peft-pipeline stages --format markdown`.


            """
        return head + declarations.map(\.reference).joined(separator: "\n")
    }
}
