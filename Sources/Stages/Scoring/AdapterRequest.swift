import Diagnostics
import StageInterface

/// A row that names the adapter which is to answer it.
struct AdapterRequest: Sendable {
    let text: String
    let adapter: String
    /// The class that is right, by its number among the adapter's; nil where nobody says.
    let label: Int?

    /// Reads the rows of files.
    ///
    /// - Parameters:
    ///   - labels: the column of the class that is right; nil where rows have none.
    ///   - adapters: what there is, by names.
    /// - Throws: ``StageFailure`` with the rows that name no adapter, or a class that theirs does not have.
    static func read(
        _ files: [InputPath], text: String, adapter: String, labels: String?, among adapters: [NamedAdapter]
    ) throws -> [AdapterRequest] {
        func rows(_ column: String) throws -> [Row] {
            let roles = ColumnRoles(text: .name(text), pair: nil, target: (.name(column), column), kind: .label)
            return try RowReader(roles: roles, hasHeader: true).rows(of: files)
        }
        let known = Dictionary(adapters.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let named = try rows(adapter)
        let labelled = try labels.map(rows)
        var requests: [AdapterRequest] = []
        var problems: [StageProblem] = []
        for (index, row) in named.enumerated() {
            let name = row.target.names(.label).first ?? ""
            guard let adapter = known[name] else {
                let near = NearestName.find(name, among: adapters.map(\.name)).map { "did you mean `\($0)`?" }
                problems.append(
                    StageProblem(
                        .error, "there is no adapter `\(name)`",
                        help: near ?? "there are " + adapters.map { "`\($0.name)`" }.joined(separator: ", "),
                        place: row.place))
                continue
            }
            var label: Int?
            if let labelled {
                let written = labelled[index].target.names(.label).first ?? ""
                label = adapter.learned.labels.firstIndex(of: written)
                guard label != nil else {
                    problems.append(
                        StageProblem(
                            .error, "`\(written)` is no class of `\(name)`",
                            help: "its classes are " + adapter.learned.labels.joined(separator: ", "), place: row.place)
                    )
                    continue
                }
            }
            requests.append(AdapterRequest(text: row.text, adapter: name, label: label))
        }
        guard problems.isEmpty else {
            var shown = Array(problems.prefix(RowReader.shownProblems))
            if problems.count > shown.count {
                shown.append(StageProblem(.error, "and \(problems.count - shown.count) more rows like these"))
            }
            throw StageFailure(shown)
        }
        guard !requests.isEmpty else { throw StageFailure("there are no rows", place: .parameter(["source"])) }
        return requests
    }
}
