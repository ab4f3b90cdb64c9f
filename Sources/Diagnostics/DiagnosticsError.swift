import Foundation

/// Findings as an error: what stops a command that a user can put right.
package struct DiagnosticsError: Error, Sendable, Hashable {
    package let diagnostics: [Diagnostic]

    package init(_ diagnostics: [Diagnostic]) {
        self.diagnostics = diagnostics
    }

    package init(_ diagnostic: Diagnostic) {
        self.diagnostics = [diagnostic]
    }
}

extension DiagnosticsError: CustomStringConvertible, LocalizedError {
    /// The findings as a terminal without colour shows them.
    package var description: String { DiagnosticRenderer(color: false).render(diagnostics) }

    package var errorDescription: String? { description }
}
