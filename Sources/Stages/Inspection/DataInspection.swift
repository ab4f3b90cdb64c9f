import Foundation
import JSONValues

/// What files of data hold.
enum DataInspection {
    /// No configuration is data.
    static func isData(_ path: String) -> Bool {
        ["csv", "tsv", "jsonl"].contains((path as NSString).pathExtension)
    }

    static func section(_ paths: [String]) -> Inspection.Section? {
        guard !paths.isEmpty else { return nil }
        var section = Inspection.Section(title: "data")
        for path in paths {
            let name = (path as NSString).lastPathComponent
            do {
                section.facts.append((name, try facts(path)))
            } catch {
                section.problems.append("\(name): \(error)")
            }
        }
        return section
    }

    private static func facts(_ path: String) throws -> String {
        let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
        let size = InspectionText.bytes(bytes.count)
        switch (path as NSString).pathExtension {
        case "jsonl":
            let lines = bytes.split(separator: UInt8(ascii: "\n")).filter { !$0.allSatisfy { $0 <= 32 } }
            let first = try lines.first.map { try JSONValue(parsing: Data($0)) }
            let columns = first?.objectValue?.keys.sorted() ?? []
            return "\(InspectionText.count(lines.count)) rows, \(size), columns \(columns.joined(separator: ", "))"
        case let kind:
            let records = try (kind == "csv" ? DelimitedText.csv : .tsv).records(of: bytes)
            let first = records.first?.fields ?? []
            let shown = first.map { $0.count > 24 ? "\($0.prefix(23))…" : $0 }
            return "\(InspectionText.count(records.count)) lines, \(size), \(first.count) fields, the first "
                + shown.map { "`\($0)`" }.joined(separator: ", ")
        }
    }
}
