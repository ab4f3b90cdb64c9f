import StageInterface

/// A text that rows have answers to, and the tokens that a model is asked by.
struct AnsweredText {
    /// The first row's number in the data set.
    let id: Int
    let text: String
    let tokens: [Int32]
    /// Those of all rows of the text.
    var references: [String]

    /// The texts of a split in the order of their first rows.
    ///
    /// - Throws: ``StageFailure`` if the rows have no answers, or tokens and texts are not of the same rows.
    static func read(
        _ split: SplitName, tokens: TokenSet, dataset: String, limit: Int?
    ) throws -> [AnsweredText] {
        let kind = tokens.description.kind
        guard kind == .answer else {
            throw StageFailure(
                "the rows have `target: \(kind.rawValue)`, so there is nothing to answer",
                help: "write `target: answer` in the data stage", place: .input("tokens"))
        }
        let examples = try tokens.examples(of: split)
        guard !examples.isEmpty else {
            throw StageFailure(
                "the \(split.rawValue) split has no rows", help: "give it a share in the data stage's `split`",
                place: .parameter(["split"]))
        }
        let rows = Dictionary(
            try DatasetFile.rows(of: split, in: dataset).map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var texts: [AnsweredText] = []
        var places: [String: Int] = [:]
        for example in examples {
            guard let row = rows[example.id], case .answer(let answer) = row.target else {
                throw StageFailure(
                    "the data set has no answer with the number \(example.id), which the tokens have",
                    help: "connect the data set that the tokens were made of", place: .input("dataset"))
            }
            if let place = places[row.text] {
                texts[place].references.append(answer)
            } else {
                places[row.text] = texts.count
                texts.append(AnsweredText(id: row.id, text: row.text, tokens: example.tokenIDs, references: [answer]))
            }
        }
        return limit.map { Array(texts.prefix($0)) } ?? texts
    }
}
