import Foundation
import JSONValues
import StageInterface

/// The layout of a `dataset` artifact.
///
/// `train.jsonl` and its like hold `{"id", "text", "pair"?, "label"}` a line; `dataset.json` the classes' names and
/// what became of the source's rows.
enum DatasetFile {
    static let descriptionName = "dataset.json"

    static func name(of split: SplitName) -> String { split.rawValue + ".jsonl" }

    /// Writes the artifact.
    ///
    /// - Returns: the counts, for the stage's report.
    static func write(_ dataset: PreparedDataset, leaked: Int, to folder: String) throws -> JSONValue {
        var splits: JSONValue = [:]
        for split in SplitName.allCases {
            let examples = dataset.splits[split] ?? []
            var text = ""
            for example in examples {
                var object: JSONValue = [
                    "id": .int(example.id), "text": .string(example.row.text), "label": .int(example.label),
                ]
                if let pair = example.row.pair { object["pair"] = .string(pair) }
                text += try object.canonical + "\n"
            }
            try write(text, name(of: split), folder)
            var perLabel: JSONValue = [:]
            for (index, name) in dataset.labels.names.enumerated() {
                perLabel[name] = .int(examples.count { $0.label == index })
            }
            splits[split.rawValue] = ["rows": .int(examples.count), "labels": perLabel]
        }
        let counts: JSONValue = [
            "splits": splits, "source_rows": .int(dataset.sourceRows), "empty": .int(dataset.emptyRows),
            "duplicates": .int(dataset.duplicateRows), "conflicting": .int(dataset.conflictingRows),
            "leaked": .int(leaked),
        ]
        var description = counts
        description["labels"] = .array(dataset.labels.names.map(JSONValue.string))
        try write(description.pretty + "\n", descriptionName, folder)
        return counts
    }

    private static func write(_ text: String, _ name: String, _ folder: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder).appending(path: name))
    }

    // MARK: - Reading

    /// A row as a later stage reads it.
    struct StoredRow: Sendable {
        let id: Int
        let text: String
        let pair: String?
        let label: Int
    }

    /// The names of the classes, in the order of their numbers.
    static func labels(in folder: String) throws -> [String] {
        let data = try Data(contentsOf: URL(fileURLWithPath: folder).appending(path: descriptionName))
        return try JSONValue(parsing: data)["labels"].arrayValue?.compactMap(\.stringValue) ?? []
    }

    static func rows(of split: SplitName, in folder: String) throws -> [StoredRow] {
        let url = URL(fileURLWithPath: folder).appending(path: name(of: split))
        return try [UInt8](Data(contentsOf: url)).split(separator: UInt8(ascii: "\n")).map { line in
            let value = try JSONValue(parsing: Array(line))
            guard let id = value["id"].intValue, let text = value["text"].stringValue,
                let label = value["label"].intValue
            else {
                throw StageFailure("\(url.path) is not a data set's file", help: "run `peft-pipeline verify`")
            }
            return StoredRow(id: id, text: text, pair: value["pair"].stringValue, label: label)
        }
    }
}
