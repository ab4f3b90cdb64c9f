import Diagnostics
import Foundation
import StageInterface
import Tensors

/// What a folder or file is, in a few lines: a model, an adapter, a tokenizer or data.
package struct Inspection: Sendable {
    package struct Section: Sendable {
        /// What it is: `model`, `adapter`.
        package let title: String
        package var facts: [(name: String, value: String)] = []
        /// What of it is not supported here.
        package var problems: [String] = []
    }

    package var sections: [Section] = []

    /// - Throws: ``StageFailure`` if there is nothing that we know of.
    package init(path: String) throws {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw StageFailure("there is no file or folder \(path)")
        }
        let names = isFolder.boolValue ? try FileManager.default.contentsOfDirectory(atPath: path).sorted() : []
        if names.contains("adapter_config.json") { sections.append(AdapterInspection.section(path, names)) }
        if names.contains("config.json") { sections.append(try ModelInspection.section(path, names)) }
        if names.contains("tokenizer.json") || names.contains("vocab.txt") {
            sections.append(TokenizerInspection.section(path))
        }
        let data = isFolder.boolValue ? names.map { path + "/" + $0 } : [path]
        if let section = DataInspection.section(data.filter(DataInspection.isData)) { sections.append(section) }
        guard sections.isEmpty else { return }
        throw StageFailure(
            "\(path) is no model, adapter, tokenizer or data that is known here",
            help: Pickle.remedy(among: [(path as NSString).lastPathComponent] + names)
                ?? "a model has config.json, an adapter adapter_config.json, a tokenizer tokenizer.json, data ends in "
                + ".csv, .tsv, .jsonl or .json")
    }
}

/// The tensors of a folder as facts.
struct TensorFacts {
    private(set) var parameterCount = 0
    private(set) var byteCount = 0
    private(set) var dtypes: [String: Int] = [:]

    mutating func add(shape: [Int], dtype: String, byteWidth: Int, isFloatingPoint: Bool) {
        // Shapes were checked against the file's length, so products don't overflow.
        let count = shape.reduce(1, *)
        // Buffers of positions are no parameters.
        if isFloatingPoint { parameterCount += count }
        byteCount += count * byteWidth
        dtypes[dtype, default: 0] += count
    }

    var facts: [(name: String, value: String)] {
        let types = dtypes.sorted { $0.value > $1.value }.map(\.key).joined(separator: ", ")
        return [
            ("parameters", InspectionText.count(parameterCount)),
            ("tensors", "\(types), \(InspectionText.bytes(byteCount))"),
        ]
    }
}

/// How figures read.
enum InspectionText {
    /// `22,713,216 (22.7 M)`
    static func count(_ value: Int) -> String {
        var digits = String(value)[...]
        var groups: [Substring] = []
        while digits.count > 3 {
            groups.insert(digits.suffix(3), at: 0)
            digits = digits.dropLast(3)
        }
        let whole = ([digits] + groups).joined(separator: ",")
        guard value >= 1_000_000 else { return whole }
        let (scaled, unit) = value >= 1_000_000_000 ? (Double(value) / 1e9, "B") : (Double(value) / 1e6, "M")
        return "\(whole) (\(String(format: "%.1f", scaled)) \(unit))"
    }

    /// `90.9 MB`
    static func bytes(_ count: Int) -> String {
        let units = ["B", "kB", "MB", "GB", "TB"]
        var value = Double(count)
        var index = 0
        while value >= 999.95, index < units.count - 1 {
            value /= 1000
            index += 1
        }
        return index == 0 ? "\(count) B" : String(format: "%.1f %@", value, units[index])
    }

    static func names(_ names: [String], limit: Int = 8) -> String {
        names.count <= limit
            ? names.joined(separator: ", ")
            : names.prefix(limit).joined(separator: ", ") + ", … (\(names.count) in all)"
    }
}
