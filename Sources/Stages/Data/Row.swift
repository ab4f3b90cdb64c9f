import StageInterface

/// One example as a source file gives it.
struct Row: Sendable {
    var text: String
    /// The second text of a pair.
    var pair: String?
    /// The class as the file spells it; empty where rows have none.
    var label: String
    /// The file as the pipeline spells it.
    let file: String
    /// Counts from 1; where the row begins.
    let line: Int

    var place: StageProblem.Place { .file(path: file, line: line, column: nil) }
}

/// A column of a source: by name, or by position counted from 0 where the file has no header.
enum ColumnReference: Sendable, Hashable, CustomStringConvertible {
    case name(String)
    case position(Int)

    var description: String {
        switch self {
        case .name(let name): "`\(name)`"
        case .position(let index): "number \(index)"
        }
    }
}

/// Which columns hold what.
struct ColumnRoles: Sendable {
    var text: ColumnReference
    var pair: ColumnReference?
    /// Nil for rows without a class.
    var label: ColumnReference?
}
