import Diagnostics

extension Console {
    /// Shows findings on standard error.
    func show(_ findings: [Diagnostic]) {
        guard !findings.isEmpty else { return }
        let renderer = DiagnosticRenderer(color: errors.usesColor, width: errors.width)
        writeError(renderer.render(Diagnostics(findings).sorted) + "\n")
    }
}
