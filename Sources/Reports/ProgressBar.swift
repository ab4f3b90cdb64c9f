import Diagnostics

/// A bar of thin lines: `━━━━━━━━━╸──────────`.
package struct ProgressBar: Sendable {
    private let width: Int

    package init(width: Int = 24) { self.width = max(1, width) }

    /// - Parameter fraction: from 0 to 1; what lies outside counts as the nearer end.
    package func text(fraction: Double, usesColor: Bool = false) -> String {
        let halves = Int((min(max(fraction.isFinite ? fraction : 0, 0), 1) * Double(width * 2)).rounded(.down))
        let full = String(repeating: "━", count: halves / 2) + (halves % 2 == 1 ? "╸" : "")
        let empty = String(repeating: "─", count: width - halves / 2 - halves % 2)
        return TerminalStyle.cyan.apply(to: full, enabled: usesColor && !full.isEmpty)
            + TerminalStyle.dim.apply(to: empty, enabled: usesColor && !empty.isEmpty)
    }
}
