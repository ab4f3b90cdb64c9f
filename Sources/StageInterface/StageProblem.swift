/// Something to tell a person about a stage: an error, a warning or a note.
package struct StageProblem: Sendable, Hashable, Codable {
    package enum Severity: String, Sendable, Codable { case error, warning, note }

    /// Where a problem lies.
    package enum Place: Sendable, Hashable, Codable {
        /// A parameter, by its path from the top of `with:`; the runner knows its line.
        case parameter([String])
        /// An input, by its name under `from:`: what another stage gave is at fault.
        case input(String)
        /// A file as the person knows it; line and column count from 1.
        case file(path: String, line: Int?, column: Int?)
    }

    package var severity: Severity
    package var message: String
    package var help: String?
    package var place: Place?

    package init(_ severity: Severity, _ message: String, help: String? = nil, place: Place? = nil) {
        self.severity = severity
        self.message = message
        self.help = help
        self.place = place
    }
}

/// A stage can't be done: everything that is wrong, at once.
package struct StageFailure: Error, Sendable, CustomStringConvertible {
    package var problems: [StageProblem]

    package init(_ problems: [StageProblem]) { self.problems = problems }

    package init(_ message: String, help: String? = nil, place: StageProblem.Place? = nil) {
        problems = [StageProblem(.error, message, help: help, place: place)]
    }

    package var description: String { problems.map(\.message).joined(separator: "\n") }
}

/// A stage stopped because it was asked to, and can go on from its scratch folder.
package struct StageStopped: Error, Sendable {
    package init() {}
}
