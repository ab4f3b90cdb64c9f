import Foundation
import StageInterface
import Tensors

/// The layout of a split in a `tokens` artifact: a safetensors file of numbers, without LibTorch.
///
/// `ids` (total) holds the rows' token ids one after another; row i is `offsets[i]..<offsets[i + 1]`. `type_ids`
/// (total) is there for pairs. `labels` (rows) are the classes' numbers, `rows` (rows) the numbers of the data set.
enum TokensFile {
    static func name(of split: SplitName) -> String { split.rawValue + ".safetensors" }

    static func write(_ examples: [TokenizedExample], of split: SplitName, to folder: String) throws {
        var offsets: [Int64] = [0]
        for example in examples { offsets.append((offsets.last ?? 0) + Int64(example.tokenIDs.count)) }
        var arrays: [String: SafetensorsArray] = [
            "ids": array(.int32, examples.flatMap(\.tokenIDs)),
            "offsets": array(.int64, offsets),
            "labels": array(.int32, examples.map { Int32($0.label) }),
            "rows": array(.int64, examples.map { Int64($0.id) }),
        ]
        if examples.contains(where: { $0.typeIDs != nil }) {
            arrays["type_ids"] = array(
                .int32, examples.flatMap { $0.typeIDs ?? Array(repeating: 0, count: $0.tokenIDs.count) })
        }
        try Safetensors.write(arrays: arrays, to: path(split, folder))
    }

    static func read(_ split: SplitName, in folder: String) throws -> [TokenizedExample] {
        let path = path(split, folder)
        let file = try SafetensorsFile(path)
        let offsets: [Int64] = try numbers("offsets", in: file)
        let ids: [Int32] = try numbers("ids", in: file)
        let labels: [Int32] = try numbers("labels", in: file)
        let rows: [Int64] = try numbers("rows", in: file)
        let typeIDs: [Int32]? = file.names.contains("type_ids") ? try numbers("type_ids", in: file) : nil
        let isWhole =
            offsets.count == rows.count + 1 && labels.count == rows.count && offsets.first == 0
            && offsets.last == Int64(ids.count) && zip(offsets, offsets.dropFirst()).allSatisfy(<=)
            && (typeIDs.map { $0.count == ids.count } ?? true)
        guard isWhole else { throw StageFailure("\(path) is not a file of tokens") }
        return rows.indices.map { row in
            let range = Int(offsets[row])..<Int(offsets[row + 1])
            return TokenizedExample(
                id: Int(rows[row]), label: Int(labels[row]), tokenIDs: Array(ids[range]),
                typeIDs: typeIDs.map { Array($0[range]) })
        }
    }

    private static func path(_ split: SplitName, _ folder: String) -> String {
        URL(fileURLWithPath: folder).appending(path: name(of: split)).path
    }

    private static func array<Number: FixedWidthInteger>(_ dtype: DType, _ numbers: [Number]) -> SafetensorsArray {
        SafetensorsArray(
            dtype: dtype, shape: [numbers.count], bytes: numbers.withUnsafeBytes { Array($0) })
    }

    private static func numbers<Number: FixedWidthInteger>(
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
