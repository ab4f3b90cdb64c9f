import Foundation
import JSONValues
import StageInterface

/// How much a split holds.
struct SplitSizes: Sendable, Hashable {
    var rows = 0
    var tokens = 0
    /// The most tokens of one row.
    var longest = 0
    /// Rows that were longer than the maximum.
    var cut = 0

    static func + (left: SplitSizes, right: SplitSizes) -> SplitSizes {
        SplitSizes(
            rows: left.rows + right.rows, tokens: left.tokens + right.tokens,
            longest: max(left.longest, right.longest), cut: left.cut + right.cut)
    }

    var json: JSONValue {
        ["rows": .int(rows), "tokens": .int(tokens), "longest": .int(longest), "cut": .int(cut)]
    }
}

/// `tokens.json` of a `tokens` artifact.
struct TokensDescription: Sendable {
    static let name = "tokens.json"

    /// What the rows teach.
    var kind: TargetKind
    /// The names of the classes in the order of their numbers, or of a row's numbers.
    var labels: [String]
    var maximumLength: Int
    var splits: [SplitName: SplitSizes] = [:]

    init(kind: TargetKind, labels: [String], maximumLength: Int) {
        self.kind = kind
        self.labels = labels
        self.maximumLength = maximumLength
    }

    init(readingFrom folder: String) throws {
        let json = try ArtifactFile.json(Self.name, in: folder)
        kind = json["target"].stringValue.flatMap(TargetKind.init) ?? .label
        labels = json["labels"].arrayValue?.compactMap(\.stringValue) ?? []
        maximumLength = json["max_length"].intValue ?? 0
        for split in SplitName.allCases {
            let sizes = json["splits"][split.rawValue]
            splits[split] = SplitSizes(
                rows: sizes["rows"].intValue ?? 0, tokens: sizes["tokens"].intValue ?? 0,
                longest: sizes["longest"].intValue ?? 0, cut: sizes["cut"].intValue ?? 0)
        }
    }

    var json: JSONValue {
        [
            "target": .string(kind.rawValue),
            "labels": .array(labels.map(JSONValue.string)), "max_length": .int(maximumLength),
            "splits": .object(Dictionary(uniqueKeysWithValues: splits.map { ($0.key.rawValue, $0.value.json) })),
        ]
    }

    func write(to folder: String) throws {
        try ArtifactFile.write((json.pretty + "\n").utf8, Self.name, in: folder)
    }
}
