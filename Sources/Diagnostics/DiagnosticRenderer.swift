/// Writes findings as a terminal shows them.
///
/// ```
/// error: unknown key `learning_rte` in stage `adapter`
///   --> pipelines/sentiment.yaml:24:12
///    |
/// 24 |            learning_rte: 5.0e-4
///    |            ^^^^^^^^^^^^ help: a key with a similar name exists: `learning_rate`
/// ```
///
/// No character of a file reaches the terminal as a control code.
package struct DiagnosticRenderer: Sendable {
    private let color: Bool
    private let width: Int

    /// - Parameters:
    ///   - color: whether to use colours; all is understandable without.
    ///   - width: the cells of the terminal's line. Source lines are cut to it.
    package init(color: Bool, width: Int = 120) {
        self.color = color
        self.width = max(40, width)
    }

    /// The findings in the order given, an empty line between them. The text ends without a line break.
    package func render(_ diagnostics: [Diagnostic]) -> String {
        diagnostics.map(render).joined(separator: "\n\n")
    }

    /// One finding. The text ends without a line break.
    package func render(_ diagnostic: Diagnostic) -> String {
        // The gutter is as wide as the largest line number, so that the parts of a finding line up.
        let places = [diagnostic.location].compactMap { $0 } + diagnostic.notes.compactMap(\.location)
        let gutter = places.filter { $0.source != nil }.map { String($0.line).count }.max() ?? 1

        var lines = heading(diagnostic.severity, diagnostic.message)
        lines += excerpt(
            at: diagnostic.location, style: style(of: diagnostic.severity), help: diagnostic.help, gutter: gutter)
        for note in diagnostic.notes {
            lines += heading(.note, note.message)
            lines += excerpt(at: note.location, style: style(of: .note), help: nil, gutter: gutter)
        }
        return lines.joined(separator: "\n")
    }

    /// The first line of a finding. Further lines of its message stand under the first.
    private func heading(_ severity: Diagnostic.Severity, _ message: String) -> [String] {
        let label = paint(severity.rawValue, style(of: severity))
        let indent = String(repeating: " ", count: severity.rawValue.count + 2)
        return visibleLines(of: message).enumerated().map { index, line in
            index == 0 ? "\(label)\(paint(":", .bold)) \(paint(line, .bold))" : indent + line
        }
    }

    /// The place, its line, the caret and the help, as far as there are any.
    private func excerpt(
        at location: SourceLocation?, style: TerminalStyle, help: String?, gutter: Int
    ) -> [String] {
        let helpLines = help.map(visibleLines) ?? []
        guard let location else { return label(helpLines, indent: 0) }

        let margin = String(repeating: " ", count: gutter)
        var result = ["\(paint("\(margin)-->", .boldBlue)) \(VisibleText.of(location.description))"]
        let helpBelow = label(helpLines, indent: gutter + 3).enumerated().map { index, line in
            index == 0 ? "\(margin) \(paint("=", .boldBlue)) \(line.dropFirst(gutter + 3))" : line
        }
        guard let line = location.source?.line(location.line) else { return result + helpBelow }

        let room = width - gutter - 3
        let columns = location.column - 1..<location.column - 1 + location.length
        let excerpt = SourceExcerpt(of: line, marking: columns, width: room)
        let number = String(location.line).padded(toWidth: gutter, alignment: .right)
        result.append(paint("\(margin) |", .boldBlue))
        result.append(paint("\(number) |", .boldBlue) + (excerpt.text.isEmpty ? "" : " \(excerpt.text)"))

        let indent = String(repeating: " ", count: excerpt.markStart)
        let carets = paint(String(repeating: "^", count: excerpt.markWidth), style)
        let caretLine = "\(paint("\(margin) |", .boldBlue)) \(indent)\(carets)"
        let roomForHelp = room - excerpt.markStart - excerpt.markWidth - 1
        if helpLines.count == 1, Self.helpLabel.count + 2 + helpLines[0].displayWidth <= roomForHelp {
            result.append("\(caretLine) \(label(helpLines, indent: 0)[0])")
        } else {
            result.append(caretLine)
            result += helpBelow
        }
        return result
    }

    private static let helpLabel = "help"

    /// The lines of a help with its label, each line `indent` cells from the left.
    private func label(_ helpLines: [String], indent: Int) -> [String] {
        let margin = String(repeating: " ", count: indent)
        let hanging = String(repeating: " ", count: Self.helpLabel.count + 2)
        return helpLines.enumerated().map { index, line in
            index == 0 ? "\(margin)\(paint("\(Self.helpLabel):", .cyan)) \(line)" : margin + hanging + line
        }
    }

    private func visibleLines(of message: String) -> [String] {
        message.split(separator: "\n", omittingEmptySubsequences: false).map { VisibleText.of($0) }
    }

    private func style(of severity: Diagnostic.Severity) -> TerminalStyle {
        switch severity {
        case .error: .boldRed
        case .warning: .boldYellow
        case .note: .boldCyan
        }
    }

    private func paint(_ text: String, _ style: TerminalStyle) -> String { style.apply(to: text, enabled: color) }
}
