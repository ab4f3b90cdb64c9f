import Foundation
import JSONValues
import StageInterface

/// The layout of a `dataset` artifact.
///
/// `train.jsonl` and its like hold `{"id", "text", "pair"?}` a line, and `label`, `labels`, `numbers`, `tags`, `answer` or
/// `turns`, a conversation's parts with the last `answer`;
/// `dataset.json` which of these it is, the classes' names, and what became of the source's rows; of a mix, `mixed` has
/// what each data set gave.
enum DatasetFile {
    static let descriptionName = "dataset.json"

    static func name(of split: SplitName) -> String { split.rawValue + ".jsonl" }

    /// Writes the artifact.
    ///
    /// - Parameter mixed: for a data set of several, what each gave.
    /// - Returns: the counts, for the stage's report.
    static func write(_ dataset: PreparedDataset, leaked: Int, mixed: JSONValue? = nil, to folder: String) throws
        -> JSONValue
    {
        var splits: JSONValue = [:]
        for split in SplitName.allCases {
            let examples = dataset.splits[split] ?? []
            var text = ""
            for example in examples {
                var object: JSONValue = ["id": .int(example.id), "text": .string(example.row.text)]
                switch example.target {
                case .none: break
                case .label(let label): object["label"] = .int(label)
                case .labels(let labels): object["labels"] = .array(labels.map(JSONValue.int))
                case .numbers(let numbers): object["numbers"] = .array(numbers.map(JSONValue.double))
                case .tags(let tags): object["tags"] = .array(tags.map(JSONValue.int))
                case .answer(let answer): object["answer"] = .string(answer)
                case .turns(let turns, let answer):
                    object["turns"] = .array(turns.map { [.int($0.lowerBound), .int($0.upperBound)] })
                    object["answer"] = .string(answer)
                }
                if let pair = example.row.pair { object["pair"] = .string(pair) }
                text += try object.canonical + "\n"
            }
            try write(text, name(of: split), folder)
            var perLabel: JSONValue = [:]
            for (index, name) in dataset.labels.names.enumerated() {
                perLabel[name] = .int(examples.reduce(0) { $0 + $1.target.classes.count { $0 == index } })
            }
            splits[split.rawValue] = ["rows": .int(examples.count)]
            if dataset.kind.hasClasses { splits[split.rawValue]["labels"] = perLabel }
        }
        var counts: JSONValue = [
            "splits": splits, "source_rows": .int(dataset.sourceRows), "empty": .int(dataset.emptyRows),
            "duplicates": .int(dataset.duplicateRows), "conflicting": .int(dataset.conflictingRows),
            "leaked": .int(leaked),
        ]
        if let mixed { counts["mixed"] = mixed }
        var description = counts
        description["target"] = .string(dataset.kind.rawValue)
        description["labels"] = .array(dataset.labels.names.map(JSONValue.string))
        try write(description.pretty + "\n", descriptionName, folder)
        return counts
    }

    private static func write(_ text: String, _ name: String, _ folder: String) throws {
        try ArtifactFile.write(text.utf8, name, in: folder)
    }

    // MARK: - Reading

    /// A row as a later stage reads it.
    struct StoredRow: Sendable {
        let id: Int
        let text: String
        let pair: String?
        let target: ExampleTarget
    }

    /// What the rows teach.
    static func kind(in folder: String) throws -> TargetKind {
        try ArtifactFile.json(descriptionName, in: folder)["target"].stringValue.flatMap(TargetKind.init) ?? .label
    }

    /// The names of the classes, in the order of their numbers.
    static func labels(in folder: String) throws -> [String] {
        try ArtifactFile.json(descriptionName, in: folder)["labels"].arrayValue?.compactMap(\.stringValue) ?? []
    }

    static func rows(of split: SplitName, in folder: String) throws -> [StoredRow] {
        try ArtifactFile.lines(
            of: name(of: split), in: folder, expecting: #"a row as {"id": 0, "text": "…", "label": 0}"#
        ) { row in
            guard let id = row["id"].intValue, let text = row["text"].stringValue else { return nil }
            return StoredRow(id: id, text: text, pair: row["pair"].stringValue, target: target(of: row))
        }
    }

    private static func target(of row: JSONValue) -> ExampleTarget {
        func integers(_ values: [JSONValue]) -> [Int] { values.compactMap(\.intValue) }
        if let label = row["label"].intValue { return .label(label) }
        if let labels = row["labels"].arrayValue { return .labels(integers(labels)) }
        if let numbers = row["numbers"].arrayValue { return .numbers(numbers.compactMap(\.doubleValue)) }
        if let tags = row["tags"].arrayValue { return .tags(integers(tags)) }
        if let turns = row["turns"].arrayValue {
            let ranges = turns.compactMap { turn -> Range<Int>? in
                let ends = turn.arrayValue?.compactMap(\.intValue) ?? []
                return ends.count == 2 && 0 <= ends[0] && ends[0] <= ends[1] ? ends[0]..<ends[1] : nil
            }
            return .turns(ranges, answer: row["answer"].stringValue ?? "")
        }
        if let answer = row["answer"].stringValue { return .answer(answer) }
        return .none
    }
}
