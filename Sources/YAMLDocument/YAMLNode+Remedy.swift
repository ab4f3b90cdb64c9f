extension YAMLNode {
    /// What a reader of a document can want in a place.
    package enum Expectation: Sendable {
        case text
        case wholeNumber
        case number
        case boolean
        case list
        case mapping
    }

    /// How to write this value where another kind of value is expected, if the mistake is a usual one:
    /// quotes around a number, `yes` for `true`, one value for a list of one.
    package func remedy(expecting expectation: Expectation) -> String? {
        switch (expectation, content) {
        case (.list, .scalar(let scalar)) where scalar.value != .null && scalar.textLocation != nil:
            "write a list: `[\(scalar.text)]`"
        case (.boolean, .scalar(let scalar)): scalar.remedyForBoolean
        case (.number, .scalar(let scalar)), (.wholeNumber, .scalar(let scalar)):
            scalar.remedyForNumber(isWhole: expectation == .wholeNumber)
        case (.text, .scalar(let scalar)) where !scalar.text.isEmpty: "put it in quotes: `\"\(scalar.text)\"`"
        default: nil
        }
    }
}

extension YAMLScalar {
    fileprivate var remedyForBoolean: String? {
        switch text.lowercased() {
        case "true", "false": style == .plain ? nil : "remove the quotes"
        case "yes", "on", "y", "1": "write `true`"
        case "no", "off", "n", "0": "write `false`"
        default: nil
        }
    }

    fileprivate func remedyForNumber(isWhole: Bool) -> String? {
        switch value {
        case .number(let number): isWhole ? Int(exactly: number).map { "write `\($0)`" } : nil
        case .text:
            if isNumber(text, isWhole: isWhole) {
                style == .plain ? nil : "remove the quotes"
            } else {
                withoutSeparators(isWhole: isWhole).map { "write `\($0)`" }
            }
        default: nil
        }
    }

    /// The number without what other languages put between its digits, or the zeros in front of it.
    private func withoutSeparators(isWhole: Bool) -> String? {
        let bare = text.filter { !"_, ".contains($0) }
        let digits = bare.drop { $0 == "0" }
        return [bare, String(digits)].first { $0 != text && isNumber($0, isWhole: isWhole) }
    }

    private func isNumber(_ text: String, isWhole: Bool) -> Bool {
        switch try? CoreSchema.value(ofPlain: text) {
        case .integer: true
        case .number: !isWhole
        default: false
        }
    }
}
