/// The type of a parameter: what a pipeline may write for it.
package indirect enum ParameterType: Sendable {
    case boolean
    case integer(ClosedRange<Int>)
    case number(NumberRange)
    case text
    /// One of a few names.
    case choice([String])
    /// A file; its content, never its path, enters the key.
    case file(FileUse)
    /// A folder of which the stage reads the files with these names, where they exist.
    case folder(reading: [String])
    case list(of: ParameterType, atLeast: Int)
    /// Any keys, values of one type.
    case map(of: ParameterType)
    /// Known keys, each with a type of its own.
    case record([ParameterDeclaration])
    case oneOf([ParameterType])
}

/// How a stage reads a file that a parameter names.
package struct FileUse: Sendable {
    /// The file name extensions that the stage can read, without the dot; empty where any will do.
    package let extensions: [String]

    /// The extension is part of what the stage reads, because it decides how the content is understood.
    package var readsExtension: Bool { !extensions.isEmpty }

    package init(extensions: [String] = []) { self.extensions = extensions }
}

/// The numbers that a parameter accepts.
package struct NumberRange: Sendable, Hashable, CustomStringConvertible {
    package let lowerBound: Double
    package let upperBound: Double
    /// The lower bound itself is not accepted.
    package let excludesLowerBound: Bool

    package init(_ lowerBound: Double, _ upperBound: Double, excludesLowerBound: Bool = false) {
        self.lowerBound = lowerBound
        self.upperBound = upperBound
        self.excludesLowerBound = excludesLowerBound
    }

    package static let any = NumberRange(-.infinity, .infinity)
    package static let nonNegative = NumberRange(0, .infinity)
    package static let positive = NumberRange(0, .infinity, excludesLowerBound: true)
    package static let fraction = NumberRange(0, 1)

    package func contains(_ value: Double) -> Bool {
        (excludesLowerBound ? value > lowerBound : value >= lowerBound) && value <= upperBound && value.isFinite
    }

    package var description: String {
        switch (lowerBound, upperBound) {
        case (-.infinity, .infinity): "a number"
        case (_, .infinity): "a number \(excludesLowerBound ? "above" : "of at least") \(spelled(lowerBound))"
        case (-.infinity, _): "a number of at most \(spelled(upperBound))"
        default:
            excludesLowerBound
                ? "a number above \(spelled(lowerBound)), at most \(spelled(upperBound))"
                : "a number from \(spelled(lowerBound)) to \(spelled(upperBound))"
        }
    }

    private func spelled(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(value)
    }
}

extension ParameterType: CustomStringConvertible {
    /// What is expected, in words that follow "expected".
    package var description: String {
        switch self {
        case .boolean: "true or false"
        case .integer(let range): Self.describe(range)
        case .number(let range): range.description
        case .text: "a text"
        case .choice(let names): "one of " + names.map { "`\($0)`" }.joined(separator: ", ")
        case .file(let use):
            use.extensions.isEmpty
                ? "a file" : "a file (\(use.extensions.map { "." + $0 }.joined(separator: ", ")))"
        case .folder: "a folder"
        case .list(let element, let minimum):
            "a list\(minimum > 1 ? " of at least \(minimum)" : ""), each item \(element)"
        case .map(let value): "a mapping, each value \(value)"
        case .record(let fields): "a mapping with the keys " + fields.map { "`\($0.name)`" }.joined(separator: ", ")
        case .oneOf(let types): types.map(\.description).joined(separator: ", or ")
        }
    }

    private static func describe(_ range: ClosedRange<Int>) -> String {
        switch (range.lowerBound, range.upperBound) {
        case (Int.min, Int.max): "a whole number"
        case (let lower, Int.max): "a whole number of at least \(lower)"
        case (Int.min, let upper): "a whole number of at most \(upper)"
        case (let lower, let upper): "a whole number from \(lower) to \(upper)"
        }
    }
}
