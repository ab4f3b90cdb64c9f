import StageInterface
import Training

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
        guard kind == .answer || kind == .turns else {
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
            guard let row = rows[example.id], let question = example.question(of: row) else {
                throw StageFailure(
                    "the data set has no answer with the number \(example.id), which the tokens have",
                    help: "connect the data set that the tokens were made of", place: .input("dataset"))
            }
            // The end of a long conversation is cut off, and with it what is asked.
            guard !question.tokens.isEmpty else { continue }
            if let place = places[question.text] {
                texts[place].references.append(question.answer)
            } else {
                places[question.text] = texts.count
                texts.append(
                    AnsweredText(
                        id: row.id, text: question.text, tokens: question.tokens, references: [question.answer]))
            }
        }
        return limit.map { Array(texts.prefix($0)) } ?? texts
    }
}

extension TokenizedExample {
    /// What is asked, and the answer as it was written; nil where the row has none. Of a conversation that is all that
    /// stands in front of the assistant's last turn; its tokens are empty where that turn is cut off.
    fileprivate func question(
        of row: DatasetFile.StoredRow
    ) -> (text: String, tokens: [Int32], answer: String)? {
        switch (row.target, target) {
        case (.answer(let answer), .answer): return (row.text, tokenIDs, answer)
        case (.turns(let turns, let answer), .turns(let labels)):
            let isSaid = labels.map { $0 != TaskLoss.ignored }
            let starts = isSaid.indices.filter { isSaid[$0] && ($0 == 0 || !isSaid[$0 - 1]) }
            let text = String(String.UnicodeScalarView(row.text.unicodeScalars.prefix(turns.last?.lowerBound ?? 0)))
            guard starts.count == turns.count, let start = starts.last else { return (text, [], answer) }
            return (text, Array(tokenIDs.prefix(start)), answer)
        default: return nil
        }
    }
}
