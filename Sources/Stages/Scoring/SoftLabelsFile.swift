import Foundation
import JSONValues
import Models
import StageInterface
import Tensors

/// The layout of a `soft-labels` artifact: a teacher's logits of the training rows, without LibTorch.
///
/// `soft_labels.safetensors` has `logits` (rows, classes), `rows` (rows), the numbers of the data set, and `labels` (rows), the
/// rows' classes; `soft_labels.json` the classes' names.
enum SoftLabelsFile {
    static let recordName = "soft_labels.json"
    static let name = "soft_labels.safetensors"

    /// - Throws: ``StageFailure`` for a task whose rows have not one class each.
    static func check(_ learned: LearnedTask) throws {
        guard learned.task == .sequenceClassification, learned.problemType == .singleLabel else {
            throw StageFailure(
                "a teacher's logits are for rows of which each has one class, and this is \(learned.task.rawValue)"
                    + (learned.task == .sequenceClassification ? " (\(learned.problemType.rawValue))" : ""),
                help: "write `target: class` in the data stage, and train with `task: sequence-classification`")
        }
    }

    static func write(
        _ logits: [[Float]], of examples: [TokenizedExample], labels: [String], to folder: String
    ) throws {
        try Safetensors.write(
            arrays: [
                "logits": SafetensorsArray(
                    dtype: .float32, shape: [logits.count, labels.count],
                    bytes: logits.flatMap { $0 }.withUnsafeBytes { Array($0) }),
                "rows": TokensFile.array(.int64, examples.map { Int64($0.id) }),
                "labels": TokensFile.array(.int32, examples.map(\.class)),
            ], to: path(in: folder))
        let record: JSONValue = ["labels": .array(labels.map(JSONValue.string)), "rows": .int(logits.count)]
        try ArtifactFile.write((record.pretty + "\n").utf8, recordName, in: folder)
    }

    /// The logits of a student's rows, in their order.
    ///
    /// - Throws: ``StageFailure`` if they are of other rows, or of other classes.
    static func logits(
        in folder: String, for examples: [TokenizedExample], labels: [String]
    ) throws -> [[Float]] {
        let names = try ArtifactFile.json(recordName, in: folder)["labels"].arrayValue?.compactMap(\.stringValue) ?? []
        guard names == labels else {
            throw refusal(
                "the teacher has the classes \(names.joined(separator: ", ")), the rows "
                    + labels.joined(separator: ", "),
                help: "give the teacher's stage rows with the same `labels`, in the same order")
        }
        let file = try SafetensorsFile(path(in: folder))
        let rows: [Int64] = try TokensFile.numbers("rows", in: file)
        let classes: [Int32] = try TokensFile.numbers("labels", in: file)
        let values: [UInt32] = try TokensFile.numbers("logits", in: file)
        guard rows.count == classes.count, values.count == rows.count * labels.count else {
            throw refusal("\(file.path) is not a file of logits", help: "run its stage again with --force")
        }
        guard rows == examples.map({ Int64($0.id) }), classes == examples.map(\.class) else {
            throw refusal(
                "the teacher's logits are of other rows than `tokens` has for training",
                help: "give the teacher's stage tokens of the same data set")
        }
        let width = labels.count
        return rows.indices.map { row in
            values[row * width..<(row + 1) * width].map(Float.init(bitPattern:))
        }
    }

    private static func refusal(_ message: String, help: String) -> StageFailure {
        StageFailure(message, help: help, place: .input("teacher"))
    }

    private static func path(in folder: String) -> String {
        URL(fileURLWithPath: folder).appending(path: name).path
    }
}

extension TokenizedExample {
    /// The class, or -1 where there is none.
    fileprivate var `class`: Int32 { if case .label(let label) = target { Int32(label) } else { -1 } }
}
