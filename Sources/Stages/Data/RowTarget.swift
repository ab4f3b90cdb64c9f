/// What the rows of a data set teach.
enum TargetKind: String, CaseIterable, Sendable {
    /// One class a row.
    case label = "class"
    /// Any number of classes a row.
    case labels = "classes"
    /// One number a row, or several.
    case number
    /// A class for each word.
    case tags
    /// A text that follows the row's text.
    case answer
    /// Parts of the text: what the assistant says in a conversation.
    case turns
    /// The text itself.
    case none

    var hasClasses: Bool { self == .label || self == .labels || self == .tags }

    /// Whether a row may be a pair of texts.
    var readsPairs: Bool { self == .label || self == .labels || self == .number }
}

/// What a row teaches, as its file says it.
enum RowTarget: Sendable, Hashable {
    case none
    /// The name of a class, or an answer.
    case text(String)
    /// Names of classes: those of the row, or one for each word.
    case names([String])
    case numbers([Double])
    /// Parts of the text, in its Unicode scalars, and the last of them as it was written.
    case turns([Range<Int>], answer: String)

    /// All names of classes that it mentions.
    func names(_ kind: TargetKind) -> [String] {
        switch self {
        case .text(let name) where kind == .label: [name]
        case .names(let names): names
        default: []
        }
    }
}

/// What a row teaches, with classes as numbers.
enum ExampleTarget: Sendable, Hashable {
    case none
    case label(Int)
    case labels([Int])
    case numbers([Double])
    case tags([Int])
    case answer(String)
    /// As ``RowTarget/turns(_:answer:)``.
    case turns([Range<Int>], answer: String)

    /// The class, for keeping shares the same in every split.
    var label: Int? { if case .label(let label) = self { label } else { nil } }

    /// Every class that it mentions.
    var classes: [Int] {
        switch self {
        case .label(let label): [label]
        case .labels(let labels), .tags(let labels): labels
        case .none, .numbers, .answer, .turns: []
        }
    }
}
