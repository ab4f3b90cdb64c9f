/// Findings as they are collected, so that all of a file's are shown at once.
package struct Diagnostics: Sendable {
    /// The findings in the order of their collection.
    package private(set) var all: [Diagnostic]

    package init(_ all: [Diagnostic] = []) {
        self.all = all
    }

    package var isEmpty: Bool { all.isEmpty }

    package var hasErrors: Bool { all.contains { $0.severity == .error } }

    package var errors: [Diagnostic] { all.filter { $0.severity == .error } }

    package var warnings: [Diagnostic] { all.filter { $0.severity == .warning } }

    /// The findings by path and place; those without a place come last. Findings at one place keep their order.
    package var sorted: [Diagnostic] {
        let numbered = all.enumerated().sorted { left, right in
            switch (left.element.location, right.element.location) {
            case (let first?, let second?) where first != second: first < second
            case (_?, nil): true
            case (nil, _?): false
            default: left.offset < right.offset
            }
        }
        return numbered.map(\.element)
    }

    package mutating func append(_ diagnostic: Diagnostic) {
        all.append(diagnostic)
    }

    package mutating func append(contentsOf diagnostics: some Sequence<Diagnostic>) {
        all.append(contentsOf: diagnostics)
    }

    package mutating func append(contentsOf diagnostics: Diagnostics) {
        all.append(contentsOf: diagnostics.all)
    }

    package mutating func error(
        _ message: String, at location: SourceLocation? = nil, help: String? = nil, notes: [Diagnostic.Note] = []
    ) {
        append(.error(message, at: location, help: help, notes: notes))
    }

    package mutating func warning(
        _ message: String, at location: SourceLocation? = nil, help: String? = nil, notes: [Diagnostic.Note] = []
    ) {
        append(.warning(message, at: location, help: help, notes: notes))
    }

    /// - Throws: ``DiagnosticsError`` with all findings, if one of them is an error.
    package func throwIfErrors() throws(DiagnosticsError) {
        if hasErrors { throw DiagnosticsError(sorted) }
    }
}
