import Models
import Training

/// A row as token ids, with the number by which predictions refer to it.
struct TokenizedExample: Sendable, Hashable {
    let id: Int
    let tokenIDs: [Int32]
    /// Which text of a pair each token belongs to; nil where there are no pairs.
    var typeIDs: [Int32]?
    var target = TokenizedTarget.none

    /// The example as a task reads it.
    ///
    /// - Parameter labelCount: how many classes there are.
    func encoded(for task: ModelTask, labelCount: Int) -> EncodedExample {
        var example = EncodedExample(ids: tokenIDs, tokenTypeIDs: typeIDs)
        switch target {
        case .label(let label): example.target = .label(label)
        case .labels(let labels):
            example.target = .numbers((0..<labelCount).map { labels.contains($0) ? 1 : 0 })
        case .numbers(let numbers): example.target = .numbers(numbers)
        case .tags(let tags), .turns(let tags): example.target = .tokens(tags)
        case .answer(let answer):
            if task == .causalLanguageModelling { return EncodedExample(prompt: tokenIDs, answer: answer) }
            example.target = .answer(answer)
        case .none:
            if task == .causalLanguageModelling { example.target = .tokens(tokenIDs) }
        }
        return example
    }
}

/// What a row teaches, as numbers.
enum TokenizedTarget: Sendable, Hashable {
    case none
    case label(Int)
    case labels([Int])
    case numbers([Float])
    /// The class of each token; `TaskLoss.ignored` where a token does not begin a word.
    case tags([Int32])
    /// The answer's tokens, the end included.
    case answer([Int32])
    /// Each token that the assistant says in a conversation, else `TaskLoss.ignored`.
    case turns([Int32])
}

/// A `tokens` artifact, read.
struct TokenSet: Sendable {
    private let folder: String
    let description: TokensDescription

    init(_ folder: String) throws {
        self.folder = folder
        description = try TokensDescription(readingFrom: folder)
    }

    func examples(of split: SplitName) throws -> [TokenizedExample] {
        try TokensFile.read(split, kind: description.kind, in: folder)
    }
}
