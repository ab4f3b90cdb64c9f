import Diagnostics

extension YAMLSyntaxError {
    /// The error in the words of this program: what is wrong, where, what it began with, and the remedy.
    func diagnostic(in source: SourceText) -> Diagnostic {
        SyntaxErrorWording(self, in: source).diagnostic
    }
}

/// Finds the words for an error of libyaml from its own words and from the text around it.
private struct SyntaxErrorWording {
    private let error: YAMLSyntaxError
    private let source: SourceText
    private let place: SourceLocation

    /// The line up to the place, and the character there.
    private let before: Substring.UnicodeScalarView
    private let character: Unicode.Scalar?

    init(_ error: YAMLSyntaxError, in source: SourceText) {
        self.error = error
        self.source = source
        self.place = source.location(ofScalars: error.position..<error.position + 1)
        let line = (source.line(place.line) ?? "").unicodeScalars
        self.before = line.prefix(place.column - 1)
        self.character = line.dropFirst(place.column - 1).first
    }

    var diagnostic: Diagnostic {
        switch error.problem {
        case "could not find expected ':'":
            return .error(
                "expected `:` after this key",
                at: start == nil ? place : source.location(ofScalars: error.contextPosition..<error.position),
                help: "write `key: value`, with a space after the colon")
        case "found unexpected end of stream", "found unexpected document indicator":
            return .error("this quoted text is not closed", at: start ?? place)

        case "mapping values are not allowed in this context": return unexpectedColon
        case "mapping keys are not allowed in this context":
            return finding("unexpected `?`, a key cannot start here", help: quotes(for: "?"))
        case "block sequence entries are not allowed in this context":
            return finding("unexpected `-`, a list item cannot start here", help: "start the list on a line of its own")
        case "found character that cannot start any token": return unexpectedCharacter
        case "found a tab character where an indentation space is expected",
            "found a tab character that violates indentation":
            return unexpectedTab

        case "did not find expected key": return missingKey
        case "did not find expected '-' indicator":
            return finding("expected `-`, the next item of the list", help: "indent the items of one list alike")
        case "did not find expected ',' or ']'":
            return finding(
                "expected `,` or `]`",
                help: isInLineOfStart ? "put a text that holds `[` or `]` in quotes" : "close the list with `]`")
        case "did not find expected ',' or '}'":
            return finding(
                "expected `,` or `}`",
                help: isInLineOfStart ? "put a text that holds `{` or `}` in quotes" : "close the mapping with `}`")
        case "did not find expected node content": return finding("expected a value")
        case "did not find expected <document start>": return trailingText

        case "found unknown escape character":
            return finding(
                "unknown escape in a quoted text", help: "write `\\\\` for a backslash, or use single quotes")
        case "did not find expected hexdecimal number", "found invalid Unicode character escape code":
            return finding("expected the number of a Unicode character", help: "write it as in `\\x41` or `\\u0041`")
        case "found an indentation indicator equal to 0": return finding("expected an indentation from 1 to 9")
        case "did not find expected comment or line break": return finding("expected the end of the line")
        case "did not find expected alphabetic or numeric character":
            return finding(
                "expected a name of letters, digits, `-` and `_`",
                help: quotes(for: error.context == "while scanning an alias" ? "*" : "&"))
        case "found incompatible YAML document": return finding("unsupported version of YAML, expected 1.2")
        default: return otherFinding
        }
    }

    // MARK: Findings that depend on the text around them

    private var unexpectedColon: Diagnostic {
        // Without a colon in front of it the line continues a text that began on an earlier one.
        let isContinuation = !before.contains(":")
        return finding(
            "unexpected `:`, a value cannot start here",
            help: isContinuation
                ? "check the indentation, and that the key on the line before has its `:`"
                : "put a text that holds `: ` in quotes")
    }

    private var unexpectedCharacter: Diagnostic {
        switch character {
        case nil: finding("unexpected end of the line")
        case "\t": unexpectedTab
        case "`": finding("unexpected backtick, no value can start with it", help: quotes)
        case let character?: finding("unexpected `\(character)`, no value can start with it", help: quotes)
        }
    }

    private var unexpectedTab: Diagnostic {
        finding("unexpected tab", help: "indent with spaces; YAML allows no tabs there")
    }

    private var missingKey: Diagnostic {
        if character == ":" { return finding("expected a key in front of `:`") }
        return isFirstInLine
            ? finding("expected a key of the mapping", help: "indent the keys of one mapping alike") : trailingText
    }

    /// Something after a value that was complete.
    private var trailingText: Diagnostic {
        if isFirstInLine {
            return finding("expected the end of the document", help: "indent the keys of one mapping alike")
        }
        let help: String? =
            switch before.last {
            case "'": "write `''` for a quote inside single quotes"
            case "\"": "write `\\\"` for a quote inside double quotes"
            default: nil
            }
        return finding("expected the end of the line after the value", help: help)
    }

    private var otherFinding: Diagnostic {
        if error.problem.contains("directive") || error.context?.contains("directive") == true {
            return finding("invalid directive", help: quotes(for: "%"))
        }
        if error.problem.contains("tag") || error.context?.contains("tag") == true {
            return finding("invalid tag", help: quotes(for: "!"))
        }
        return finding(error.problem)
    }

    // MARK: Parts of a finding

    /// An error at the place of the problem, with a note where the thing begins that was being read.
    private func finding(_ message: String, help: String? = nil) -> Diagnostic {
        var notes: [Diagnostic.Note] = []
        if let subject = error.context.flatMap({ Self.subjects[$0] }), let start, !isInLineOfStart {
            notes = [Diagnostic.Note("\(subject) starts here", at: start)]
        }
        return .error(message, at: place, help: help, notes: notes)
    }

    private static let subjects = [
        "while scanning a block scalar": "the text",
        "while scanning a plain scalar": "the text",
        "while parsing a block collection": "the list",
        "while parsing a block mapping": "the mapping",
        "while parsing a flow sequence": "the list",
        "while parsing a flow mapping": "the mapping",
    ]

    /// Where the thing begins that was being read.
    private var start: SourceLocation? {
        guard error.context != nil, error.contextPosition < error.position else { return nil }
        return source.location(ofScalars: error.contextPosition..<error.contextPosition + 1)
    }

    private var isInLineOfStart: Bool { start.map { $0.line == place.line } ?? true }

    private var isFirstInLine: Bool { before.allSatisfy(\.properties.isWhitespace) }

    private var quotes: String { "put the text in quotes" }

    private func quotes(for character: Character) -> String { "put a text that starts with `\(character)` in quotes" }
}
