import StageInterface

/// One example as a source file gives it.
struct Row: Sendable {
    /// The text; where each word has a tag, the words with a space between.
    var text: String
    /// The second text of a pair.
    var pair: String?
    var target: RowTarget
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
    /// The column of what is taught, and the key of `columns` that names it; nil where rows teach nothing else.
    var target: (column: ColumnReference, role: String)?
    var kind: TargetKind
}
