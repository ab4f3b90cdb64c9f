/// A template's text as the lexer sees it: scalars, with line ends that are all `\n` and none at the very end.
struct TemplateSource: Sendable {
    let name: String
    let scalars: [Unicode.Scalar]

    init(_ text: String, name: String) {
        self.name = name
        var scalars: [Unicode.Scalar] = []
        scalars.reserveCapacity(text.utf8.count)
        var previous: Unicode.Scalar = " "
        for scalar in text.unicodeScalars {
            if scalar == "\r" {
                scalars.append("\n")
            } else if scalar != "\n" || previous != "\r" {
                scalars.append(scalar)
            }
            previous = scalar
        }
        if scalars.last == "\n" { scalars.removeLast() }
        self.scalars = scalars
    }

    func error(_ kind: TemplateError.Kind, at offset: Int, _ message: String) -> TemplateError {
        let before = scalars[..<min(max(offset, 0), scalars.count)]
        let lineStart = before.lastIndex(of: "\n").map { $0 + 1 } ?? 0
        return TemplateError(
            kind: kind, template: name, line: before.count { $0 == "\n" } + 1, column: before.count - lineStart + 1,
            message: message)
    }
}
