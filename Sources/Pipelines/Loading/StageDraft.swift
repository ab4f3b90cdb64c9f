import Diagnostics
import JSONValues
import StageInterface

/// A stage as far as it has been read and checked.
struct StageDraft {
    /// An input that `from` connects.
    struct Connection {
        /// Nil in the short form `from: STAGE`.
        let input: (name: String, location: SourceLocation)?
        /// The name of a stage, or a path in its place; nil for what can be neither, which has been reported.
        let value: LocatedValue?
        let location: SourceLocation

        var stage: String? { value?.json.stringValue }
    }

    /// A connection whose two ends exist.
    struct Edge {
        let input: InputDeclaration
        /// The feeding stage's number.
        let stage: Int
        /// The name as it is written, or a `$(name)` that stands for it.
        let value: LocatedValue

        var location: SourceLocation { value.location }
    }

    /// An instance that the stage's own `matrix` makes.
    struct Variant {
        let coordinates: [AxisValue]
        /// `with`, its axes filled in.
        var with: [LocatedValue.Entry]?
    }

    /// Of an instance with where it stands, `adapter[r=4]`.
    var name: String
    /// The name in the pipeline's file.
    let writtenName: String
    let location: SourceLocation
    /// Where an instance stands on the axes that lead to it.
    var coordinates: [AxisValue] = []
    /// What the stage's own `matrix` makes; empty where there is none.
    var variants: [Variant] = []
    var matrixLocation: SourceLocation?
    var description: String?

    /// Nil for an unknown kind, which has been reported.
    var declaration: StageDeclaration?
    var usesLocation: SourceLocation?

    var fromLocation: SourceLocation?
    /// Nil for a `from` that can't be read, which has been reported.
    var connections: [Connection]? = []

    var withLocation: SourceLocation?
    /// Nil for a `with` that can't be read, which has been reported.
    var with: [LocatedValue.Entry]? = []

    /// By input, in the order of the declaration.
    var edges: [Edge] = []
    /// What feeds the stage, by number, where the kind or the input may be unknown.
    var feeding: [(stage: Int, location: SourceLocation)] = []
    /// Inputs of which nothing more can be said, because what is wrong with them has been reported.
    var reportedInputs: Set<String> = []

    var values: [String: JSONValue] = [:]
    var places: [String: LocatedValue] = [:]
    /// Parameters of which nothing more can be said, because what is wrong with them has been reported.
    var reportedParameters: Set<String> = []

    /// Where to say what concerns `with` as a whole.
    var parametersLocation: SourceLocation { withLocation ?? usesLocation ?? location }

    init(name: String, location: SourceLocation) {
        self.name = name
        writtenName = name
        self.location = location
    }

    /// What it gives; nil where that can't be told, which has been reported or will be.
    var output: ArtifactType? {
        declaration?.output { name in values[name] ?? with?.first { $0.key == name }?.value.json }
    }

    /// Where a parameter's part at a path from the top of `with` stands.
    func place(of path: [String]) -> LocatedValue.Place? {
        path.first.flatMap { places[$0] }?.place(of: path.dropFirst())
    }

    func edge(of input: String) -> Edge? { edges.first { $0.input.name == input } }

    /// A parameter that `from` and `with` both give.
    func twice(_ parameter: String, at location: SourceLocation) -> Diagnostic {
        .error(
            "stage `\(writtenName)` has `\(parameter)` under `from` and under `with`", at: location,
            help: "leave out one of them")
    }
}
