/// One finding: what is wrong, where, and the remedy.
///
/// A message is one line without a full stop, and puts names from a file in backticks:
/// ``unknown key `learning_rte` in stage `adapter` ``.
package struct Diagnostic: Sendable, Hashable {
    package enum Severity: String, Sendable {
        case error
        case warning
        case note
    }

    /// A second place that explains the first, such as where a name was first used.
    package struct Note: Sendable, Hashable {
        package var message: String
        package var location: SourceLocation?

        package init(_ message: String, at location: SourceLocation? = nil) {
            self.message = message
            self.location = location
        }
    }

    package var severity: Severity
    package var message: String
    package var location: SourceLocation?

    /// The remedy, if there is a likely one.
    package var help: String?

    package var notes: [Note]

    package init(
        _ severity: Severity, _ message: String, at location: SourceLocation? = nil, help: String? = nil,
        notes: [Note] = []
    ) {
        self.severity = severity
        self.message = message
        self.location = location
        self.help = help
        self.notes = notes
    }

    package static func error(
        _ message: String, at location: SourceLocation? = nil, help: String? = nil, notes: [Note] = []
    ) -> Diagnostic {
        Diagnostic(.error, message, at: location, help: help, notes: notes)
    }

    package static func warning(
        _ message: String, at location: SourceLocation? = nil, help: String? = nil, notes: [Note] = []
    ) -> Diagnostic {
        Diagnostic(.warning, message, at: location, help: help, notes: notes)
    }

    package static func note(
        _ message: String, at location: SourceLocation? = nil, help: String? = nil, notes: [Note] = []
    ) -> Diagnostic {
        Diagnostic(.note, message, at: location, help: help, notes: notes)
    }
}

extension Diagnostic {
    /// Help for a name that is not known: the known name most like it, or else the known names if they are few.
    ///
    ///     Diagnostic.help(forUnknown: "learning_rte", among: keys, as: "key")
    ///     // "a key with a similar name exists: `learning_rate`"
    ///
    /// - Parameter noun: what the names are, in the singular: `key`, `stage`.
    package static func help(forUnknown name: String, among known: [String], as noun: String) -> String? {
        if let nearest = NearestName.find(name, among: known) {
            let article = "aeiou".contains(noun.first ?? " ") ? "an" : "a"
            return "\(article) \(noun) with a similar name exists: `\(nearest)`"
        }
        guard !known.isEmpty, known.count <= longestList else { return nil }
        let list = known.map { "`\($0)`" }.joined(separator: ", ")
        return known.count == 1 ? "the only \(noun) is \(list)" : "expected one of \(list)"
    }

    /// More names than these are no help on one line.
    private static let longestList = 16
}
