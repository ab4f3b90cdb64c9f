import Foundation

/// What is done to a text before anything else looks at it.
struct Cleaning: Sendable {
    let trims: Bool
    let collapsesSpaces: Bool
    let normalization: Normalization

    enum Normalization: String, CaseIterable, Sendable {
        case none
        case nfc = "NFC"
        case nfkc = "NFKC"
    }

    func callAsFunction(_ text: String) -> String {
        var text = text
        switch normalization {
        case .none: break
        case .nfc: text = text.precomposedStringWithCanonicalMapping
        case .nfkc: text = text.precomposedStringWithCompatibilityMapping
        }
        if collapsesSpaces {
            let parts = text.unicodeScalars.split(whereSeparator: \.properties.isWhitespace).map(String.init)
            let joined = parts.joined(separator: " ")
            let leads = text.unicodeScalars.first?.properties.isWhitespace ?? false
            let trails = text.unicodeScalars.last?.properties.isWhitespace ?? false
            text = trims || parts.isEmpty ? joined : (leads ? " " : "") + joined + (trails ? " " : "")
        } else if trims {
            text = text.trimmingCharacters(in: .whitespacesAndNewlines)
        }
        return text
    }

    /// The form in which two texts count as the same: without case, and with every run of white space as one space.
    static func comparisonForm(of row: Row) -> String {
        [row.text, row.pair ?? ""].map { text in
            text.precomposedStringWithCanonicalMapping.lowercased().unicodeScalars
                .split(whereSeparator: \.properties.isWhitespace).map(String.init).joined(separator: " ")
        }.joined(separator: "\u{0}")
    }
}
