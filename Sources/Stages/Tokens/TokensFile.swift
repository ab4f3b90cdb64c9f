import Foundation
import StageInterface
import Tensors

/// The layout of a split in a `tokens` artifact: a safetensors file of numbers, without LibTorch.
///
/// `ids` (total) holds the rows' token ids one after another; row i is `offsets[i]..<offsets[i + 1]`. `type_ids`
/// (total) is there for pairs. `rows` (rows) are the numbers of the data set. What rows teach is in `labels` (rows), in
/// `numbers` (rows, count), in `tags` (total), or in `lists` and `list_offsets`, as `ids` and `offsets`: several classes, or
/// the tokens of an answer.
enum TokensFile {
    static func name(of split: SplitName) -> String { split.rawValue + ".safetensors" }

    static func write(_ examples: [TokenizedExample], of split: SplitName, to folder: String) throws {
        var offsets: [Int64] = [0]
        for example in examples { offsets.append((offsets.last ?? 0) + Int64(example.tokenIDs.count)) }
        var arrays: [String: SafetensorsArray] = [
            "ids": array(.int32, examples.flatMap(\.tokenIDs)),
            "offsets": array(.int64, offsets),
            "rows": array(.int64, examples.map { Int64($0.id) }),
        ]
        if examples.contains(where: { $0.typeIDs != nil }) {
            arrays["type_ids"] = array(
                .int32, examples.flatMap { $0.typeIDs ?? Array(repeating: 0, count: $0.tokenIDs.count) })
        }
        arrays.merge(targetArrays(examples.map(\.target))) { first, _ in first }
        try Safetensors.write(arrays: arrays, to: path(split, folder))
    }

    private static func targetArrays(_ targets: [TokenizedTarget]) -> [String: SafetensorsArray] {
        var labels: [Int32] = []
        var numbers: [[Float]] = []
        var tags: [Int32] = []
        var lists: [Int32] = []
        var offsets: [Int64] = [0]
        for target in targets {
            switch target {
            case .none: break
            case .label(let label): labels.append(Int32(label))
            case .numbers(let row): numbers.append(row)
            case .tags(let row), .turns(let row): tags += row
            case .labels(let row):
                lists += row.map(Int32.init)
                offsets.append(Int64(lists.count))
            case .answer(let row):
                lists += row
                offsets.append(Int64(lists.count))
            }
        }
        var arrays: [String: SafetensorsArray] = [:]
        if !labels.isEmpty { arrays["labels"] = array(.int32, labels) }
        if let width = numbers.first?.count {
            arrays["numbers"] = SafetensorsArray(
                dtype: .float32, shape: [numbers.count, width],
                bytes: numbers.flatMap { $0 }.withUnsafeBytes { Array($0) })
        }
        if !tags.isEmpty { arrays["tags"] = array(.int32, tags) }
        if offsets.count > 1 {
            arrays["lists"] = array(.int32, lists)
            arrays["list_offsets"] = array(.int64, offsets)
        }
        return arrays
    }

    static func read(_ split: SplitName, kind: TargetKind, in folder: String) throws -> [TokenizedExample] {
        let path = path(split, folder)
        let file = try SafetensorsFile(path)
        let offsets: [Int64] = try numbers("offsets", in: file)
        let ids: [Int32] = try numbers("ids", in: file)
        let rows: [Int64] = try numbers("rows", in: file)
        let typeIDs: [Int32]? = file.names.contains("type_ids") ? try numbers("type_ids", in: file) : nil
        let isWhole =
            offsets.count == rows.count + 1 && offsets.first == 0
            && offsets.last == Int64(ids.count) && zip(offsets, offsets.dropFirst()).allSatisfy(<=)
            && (typeIDs.map { $0.count == ids.count } ?? true)
        guard isWhole else { throw notTokens(path) }
        let targets = try rows.isEmpty ? [] : targets(kind, offsets, in: file)
        guard targets.count == rows.count else { throw notTokens(path) }
        return rows.indices.map { row in
            let range = Int(offsets[row])..<Int(offsets[row + 1])
            return TokenizedExample(
                id: Int(rows[row]), tokenIDs: Array(ids[range]), typeIDs: typeIDs.map { Array($0[range]) },
                target: targets[row])
        }
    }

    /// - Parameter offsets: of the rows' tokens.
    private static func targets(
        _ kind: TargetKind, _ offsets: [Int64], in file: SafetensorsFile
    ) throws -> [TokenizedTarget] {
        func slices<Element>(_ values: [Element], _ offsets: [Int64]) throws -> [[Element]] {
            guard offsets.first == 0, offsets.last == Int64(values.count),
                zip(offsets, offsets.dropFirst()).allSatisfy(<=)
            else { throw notTokens(file.path) }
            return zip(offsets, offsets.dropFirst()).map { Array(values[Int($0)..<Int($1)]) }
        }
        switch kind {
        case .none: return Array(repeating: .none, count: offsets.count - 1)
        case .label: return try (numbers("labels", in: file) as [Int32]).map { .label(Int($0)) }
        case .number:
            let patterns: [UInt32] = try numbers("numbers", in: file)
            let width = Int64(max(1, file.info("numbers")?.shape.last ?? 1))
            let count = Int64(patterns.count) / width
            return try slices(patterns.map(Float.init(bitPattern:)), (0...count).map { $0 * width }).map {
                .numbers($0)
            }
        case .tags, .turns:
            let rows: [[Int32]] = try slices(try numbers("tags", in: file), offsets)
            return kind == .turns ? rows.map { .turns($0) } : rows.map { .tags($0) }
        case .labels, .answer:
            let lists: [[Int32]] = try slices(
                try numbers("lists", in: file), try numbers("list_offsets", in: file))
            return kind == .answer ? lists.map { .answer($0) } : lists.map { .labels($0.map(Int.init)) }
        }
    }

    private static func notTokens(_ path: String) -> StageFailure {
        StageFailure("\(path) is not a file of tokens", help: "run its stage again with --force")
    }

    private static func path(_ split: SplitName, _ folder: String) -> String {
        URL(fileURLWithPath: folder).appending(path: name(of: split)).path
    }

    static func array<Number: FixedWidthInteger>(_ dtype: DType, _ numbers: [Number]) -> SafetensorsArray {
        SafetensorsArray(
            dtype: dtype, shape: [numbers.count], bytes: numbers.withUnsafeBytes { Array($0) })
    }

    static func numbers<Number: FixedWidthInteger>(
        _ name: String, in file: SafetensorsFile
    ) throws -> [Number] {
        try file.withBytes(of: name) { bytes in
            guard bytes.count.isMultiple(of: MemoryLayout<Number>.size) else {
                throw StageFailure("\(name) has \(bytes.count) bytes")
            }
            return (0..<bytes.count / MemoryLayout<Number>.size).map { index in
                bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<Number>.size, as: Number.self)
            }
        }
    }
}
