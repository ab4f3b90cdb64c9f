import JSONValues
import Models
import StageInterface

/// What a model was trained to do, as `training.json` remembers it.
struct LearnedTask: Sendable, Hashable {
    var task: ModelTask
    var problemType: ProblemType
    /// The names of the head's outputs, in their order: classes, or numbers.
    var labels: [String]

    init(_ task: ModelTask, problemType: ProblemType = .singleLabel, labels: [String]) {
        self.task = task
        self.problemType = problemType
        self.labels = labels
    }

    /// What a task learns from rows.
    ///
    /// - Throws: ``StageFailure`` if the rows teach something else.
    init(_ task: ModelTask, from tokens: TokenSet) throws {
        let kind = tokens.description.kind
        guard let problemType = Self.problemType(of: task, kind) else {
            let kinds = TargetKind.allCases.filter { $0 != .turns && Self.problemType(of: task, $0) != nil }.map {
                "`\($0.rawValue)`"
            }
            throw StageFailure(
                "the rows have `target: \(kind.rawValue)`, from which \(task.rawValue) learns nothing",
                help: kinds.isEmpty
                    ? "no rows teach it" : "write `target:` \(kinds.joined(separator: " or ")) in the data stage",
                place: .parameter(["task"]))
        }
        self.init(task, problemType: problemType, labels: tokens.description.labels)
    }

    /// What a model does, so that rows can be held against it.
    init(_ model: any TransformerModel) {
        self.init(model.task, problemType: model.problemType, labels: model.labels)
    }

    /// - Throws: ``StageFailure`` if rows teach something else than this, or other classes.
    func check(_ tokens: TokenSet) throws {
        let kind = tokens.description.kind
        guard Self.problemType(of: task, kind) == problemType else {
            throw StageFailure(
                "the rows have `target: \(kind.rawValue)`, the model does \(task.rawValue)"
                    + (task == .sequenceClassification ? " (\(problemType.rawValue))" : ""),
                help: "connect tokens of rows like those that it was trained on")
        }
        let names = tokens.description.labels
        guard !kind.hasClasses || names == labels else {
            throw StageFailure(
                "the rows have the classes \(names.joined(separator: ", ")), the model \(labels.joined(separator: ", "))",
                help: "write the model's classes under `labels` in the data stage, in their order")
        }
        // What numbers are called is up to the model.
        guard names.count == labels.count else {
            throw StageFailure("the rows have \(names.count) numbers each, the model gives \(labels.count)")
        }
    }

    /// How a task reads rows; nil where it can't.
    private static func problemType(of task: ModelTask, _ kind: TargetKind) -> ProblemType? {
        switch (task, kind) {
        case (.sequenceClassification, .label): .singleLabel
        case (.sequenceClassification, .labels): .multiLabel
        case (.sequenceClassification, .number): .regression
        case (.tokenClassification, .tags), (.causalLanguageModelling, .answer), (.causalLanguageModelling, .none),
            (.causalLanguageModelling, .turns), (.sequenceToSequence, .answer):
            .singleLabel
        default: nil
        }
    }

    // MARK: - JSON

    init(_ json: JSONValue) {
        self.init(
            json["task"].stringValue.flatMap(ModelTask.init(rawValue:)) ?? .sequenceClassification,
            problemType: json["problem_type"].stringValue.flatMap(ProblemType.init(rawValue:)) ?? .singleLabel,
            labels: json["labels"].arrayValue?.compactMap(\.stringValue) ?? [])
    }

    var json: JSONValue {
        [
            "task": .string(task.rawValue), "problem_type": .string(problemType.rawValue),
            "labels": .array(labels.map(JSONValue.string)),
        ]
    }
}
