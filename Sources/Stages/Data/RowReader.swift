import Foundation
import JSONValues
import StageInterface

/// Reads the rows of source files, csv, tsv, jsonl or json by their extension.
///
/// All that is wrong with a file is gathered, up to a number that a person can take in.
struct RowReader {
    let roles: ColumnRoles
    /// The first line of csv and tsv names the columns.
    let hasHeader: Bool
    /// Reads rows that are conversations; nil where they have columns.
    var conversations: ConversationReader?

    private var cells: RowCells { RowCells(kind: roles.kind) }

    /// How many problems of one file are told.
    static let shownProblems = 10

    func rows(of files: [InputPath]) throws(StageFailure) -> [Row] {
        var rows: [Row] = []
        var problems: [StageProblem] = []
        for file in files {
            do {
                rows += try self.rows(of: file)
            } catch {
                problems += error.problems
            }
        }
        guard problems.isEmpty else { throw StageFailure(problems) }
        return rows
    }

    private func rows(of file: InputPath) throws(StageFailure) -> [Row] {
        let bytes: [UInt8]
        do {
            bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: file.path)))
        } catch {
            throw StageFailure("can't read \(file.spelled): \(error.localizedDescription)")
        }
        if let conversations {
            switch (file.spelled as NSString).pathExtension {
            case "jsonl": return try rows(of: try lines(bytes, file), file, conversations)
            case "json": return try rows(of: try array(bytes, file), file, conversations)
            default:
                throw StageFailure(
                    "\(file.spelled): `format: \(conversations.format.rawValue)` is read from jsonl and json",
                    place: .parameter(["format"]))
            }
        }
        switch (file.spelled as NSString).pathExtension {
        case "csv": return try delimited(bytes, .csv, file)
        case "tsv": return try delimited(bytes, .tsv, file)
        case "jsonl": return try objects(try lines(bytes, file), file)
        default: return try objects(try array(bytes, file), file)
        }
    }

    // MARK: - csv and tsv

    private func delimited(_ bytes: [UInt8], _ format: DelimitedText, _ file: InputPath) throws(StageFailure) -> [Row] {
        var records: [DelimitedText.Record]
        do {
            records = try format.records(of: bytes)
        } catch {
            throw StageFailure(
                "\(file.spelled): \(error.message)",
                place: .file(path: file.spelled, line: error.line, column: nil))
        }
        let header = hasHeader && !records.isEmpty ? records.removeFirst().fields : nil
        let width = header?.count ?? records.first?.fields.count ?? 0
        let text = try position(of: roles.text, role: "text", header, width, file)
        let target = try roles.target.map { (target) throws(StageFailure) in
            try position(of: target.column, role: target.role, header, width, file)
        }
        let pair = try roles.pair.map { (pair) throws(StageFailure) in
            try position(of: pair, role: "pair", header, width, file)
        }
        var problems = ProblemList(file: file)
        var rows: [Row] = []
        for record in records {
            guard record.fields.count == width else {
                problems.append(
                    "expected \(width) fields, found \(record.fields.count)", line: record.line)
                continue
            }
            do {
                rows.append(
                    Row(
                        text: record.fields[text], pair: pair.map { record.fields[$0] },
                        target: try target.map { (column) throws(RowCells.Problem) in
                            try cells.target(ofCell: record.fields[column])
                        } ?? .none, file: file.spelled, line: record.line))
            } catch {
                problems.append(error.message, line: record.line)
            }
        }
        try problems.throwIfAny()
        return rows
    }

    private func position(
        of column: ColumnReference, role: String, _ header: [String]?, _ width: Int, _ file: InputPath
    ) throws(StageFailure) -> Int {
        let place = StageProblem.Place.parameter(["columns", role])
        switch column {
        case .position(let index):
            guard index < width else {
                throw StageFailure(
                    "\(file.spelled) has no column number \(index)",
                    help: "columns are counted from 0, and there are \(width)", place: place)
            }
            return index
        case .name(let name):
            guard let header else {
                throw StageFailure(
                    "\(file.spelled) is read without a header, so it has no column `\(name)`",
                    help: "give the column's number, counted from 0, or write `header: true`", place: place)
            }
            guard let index = header.firstIndex(of: name) else {
                throw StageFailure(
                    "\(file.spelled) has no column `\(name)`",
                    help: "columns there: " + header.map { "`\($0)`" }.joined(separator: ", "), place: place)
            }
            return index
        }
    }

    // MARK: - jsonl and json

    private typealias Entry = (value: JSONValue, line: Int)

    private func lines(_ bytes: [UInt8], _ file: InputPath) throws(StageFailure) -> [Entry] {
        var entries: [Entry] = []
        var problems = ProblemList(file: file)
        for (index, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated()
        where !line.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\t") }) {
            do {
                entries.append((try JSONValue(parsing: Array(line)), index + 1))
            } catch {
                problems.append("not JSON: \(error.message)", line: index + 1, column: error.column)
            }
        }
        try problems.throwIfAny()
        return entries
    }

    private func array(_ bytes: [UInt8], _ file: InputPath) throws(StageFailure) -> [Entry] {
        do {
            let value = try JSONValue(parsing: bytes)
            guard let elements = value.arrayValue else {
                throw StageFailure(
                    "\(file.spelled) holds \(value.kindDescription), where an array of objects is expected")
            }
            // An array's elements have no lines of their own: they are told by their number instead.
            return elements.enumerated().map { ($1, $0 + 1) }
        } catch let error as JSONParsingError {
            throw StageFailure(
                "\(file.spelled) is not JSON: \(error.message)",
                place: .file(path: file.spelled, line: error.line, column: error.column))
        } catch let failure as StageFailure {
            throw failure
        } catch {
            throw StageFailure("\(file.spelled): \(error)")
        }
    }

    private func rows(
        of entries: [Entry], _ file: InputPath, _ conversations: ConversationReader
    ) throws(StageFailure) -> [Row] {
        try rows(of: entries, file) { (value, line) throws(RowCells.Problem) in
            let (text, target) = try conversations.row(of: value)
            return Row(text: text, target: target, file: file.spelled, line: line)
        }
    }

    /// The rows of objects, or what is wrong with all that are none.
    private func rows(
        of entries: [Entry], _ file: InputPath,
        _ row: (_ value: JSONValue, _ line: Int) throws(RowCells.Problem) -> Row
    ) throws(StageFailure) -> [Row] {
        var problems = ProblemList(file: file)
        var rows: [Row] = []
        for (value, line) in entries {
            guard value.objectValue != nil else {
                problems.append("expected an object, found \(value.kindDescription)", line: line)
                continue
            }
            do {
                rows.append(try row(value, line))
            } catch {
                problems.append(error.message, line: line)
            }
        }
        try problems.throwIfAny()
        return rows
    }

    private func objects(_ entries: [Entry], _ file: InputPath) throws(StageFailure) -> [Row] {
        let names = Set(entries.lazy.compactMap(\.value.objectValue).flatMap(\.keys))
        let text = try key(roles.text, role: "text", names, file)
        let target = try roles.target.map { (target) throws(StageFailure) in
            try key(target.column, role: target.role, names, file)
        }
        let pair = try roles.pair.map { (pair) throws(StageFailure) in try key(pair, role: "pair", names, file) }
        return try rows(of: entries, file) { (value, line) throws(RowCells.Problem) in
            guard let content = cells.text(of: value[text]) else {
                let expected = roles.kind == .tags ? "a text or a list of words" : "a text"
                throw RowCells.Problem(message: "`\(text)` is \(value[text].phrase), expected \(expected)")
            }
            let answer: RowTarget
            do throws(RowCells.Problem) {
                answer = try target.map { (key) throws(RowCells.Problem) in try cells.target(of: value[key]) } ?? .none
            } catch {
                throw RowCells.Problem(message: "`\(target ?? "")` \(error.message)")
            }
            return Row(
                text: content, pair: pair.flatMap { value[$0].stringValue }, target: answer, file: file.spelled,
                line: line)
        }
    }

    private func key(
        _ column: ColumnReference, role: String, _ names: Set<String>, _ file: InputPath
    ) throws(StageFailure) -> String {
        let place = StageProblem.Place.parameter(["columns", role])
        guard case .name(let name) = column else {
            throw StageFailure(
                "\(file.spelled) names its columns, so none is \(column)", help: "give the column's name", place: place)
        }
        guard names.isEmpty || names.contains(name) else {
            throw StageFailure(
                "\(file.spelled) has no column `\(name)`",
                help: "columns there: " + names.sorted().map { "`\($0)`" }.joined(separator: ", "), place: place)
        }
        return name
    }
}

/// Problems of one file, the first few with their lines.
struct ProblemList {
    let file: InputPath
    private var problems: [StageProblem] = []
    private var count = 0

    init(file: InputPath) { self.file = file }

    mutating func append(_ message: String, line: Int, column: Int? = nil) {
        count += 1
        guard count <= RowReader.shownProblems else { return }
        problems.append(
            StageProblem(.error, message, place: .file(path: file.spelled, line: line, column: column)))
    }

    func throwIfAny() throws(StageFailure) {
        guard count > 0 else { return }
        var all = problems
        if count > RowReader.shownProblems {
            all.append(StageProblem(.error, "and \(count - RowReader.shownProblems) more in \(file.spelled)"))
        }
        throw StageFailure(all)
    }
}
