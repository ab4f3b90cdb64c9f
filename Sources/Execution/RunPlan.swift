import Diagnostics
package import JSONValues
package import Pipelines
package import StageInterface

/// What a run set out to do, as its journal keeps it: a page can be made of the run later, whatever became of the
/// pipeline's files.
package struct RunPlan: Sendable, Hashable {
    /// A file of the recipe, as it was.
    package struct File: Sendable, Hashable {
        package var path: String
        package var text: String
    }

    /// A parameter of the pipeline with its value in the run.
    package struct Parameter: Sendable, Hashable {
        package var name: String
        package var value: JSONValue
        /// Where the value came from, where that is not the pipeline's file.
        package var origin: String
    }

    /// What a stage reads, by the name of the input.
    package struct Connection: Sendable, Hashable {
        package var input: String
        package var stage: String
    }

    package struct Stage: Sendable, Hashable {
        package var name: String
        /// The name in the pipeline's file.
        package var writtenName: String
        package var axes: [String: JSONValue]
        package var kind: String
        /// The type of its artifact.
        package var gives: String
        package var inputs: [Connection]
    }

    package var description: String
    /// The pipeline's own file first.
    package var recipe: [File]
    package var parameters: [Parameter]
    /// Each after those that feed it.
    package var stages: [Stage]
    package var numerics: NumericsClass
    package var machine: MachineDescription

    /// The key of the plan in a journal's first event.
    static let eventKey = "plan"
}

extension RunPlan {
    init(_ pipeline: Pipeline, _ stages: [Pipelines.Stage], numerics: NumericsClass) {
        description = pipeline.description ?? ""
        recipe = ([pipeline.source] + pipeline.fragments).map { File(path: $0.path, text: $0.contents) }
        parameters = pipeline.parameters.map {
            Parameter(name: $0.name, value: $0.value, origin: $0.isOverridden ? $0.originDescription : "")
        }
        self.stages = stages.map(Stage.init)
        self.numerics = numerics
        machine = .current(device: numerics.device)
    }

    /// What the events of a run say of its plan; nil where it was recorded by a version that kept none.
    package init?(events: [JSONValue]) {
        guard let plan = events.first(where: { $0["event"] == "began" })?[Self.eventKey], !plan.isNull else {
            return nil
        }
        description = plan["description"].stringValue ?? ""
        recipe = Self.list(plan["recipe"]) {
            File(path: $0["path"].stringValue ?? "", text: $0["text"].stringValue ?? "")
        }
        parameters = Self.list(plan["parameters"]) {
            Parameter(
                name: $0["name"].stringValue ?? "", value: $0["value"], origin: $0["origin"].stringValue ?? "")
        }
        stages = Self.list(plan["stages"]) { stage in
            let name = stage["name"].stringValue ?? ""
            return Stage(
                name: name, writtenName: stage["of"].stringValue ?? name, axes: stage["axes"].objectValue ?? [:],
                kind: stage["kind"].stringValue ?? "", gives: stage["gives"].stringValue ?? "",
                inputs: Self.list(stage["inputs"]) {
                    Connection(input: $0[0].stringValue ?? "", stage: $0[1].stringValue ?? "")
                })
        }
        numerics = NumericsClass(
            device: plan["numerics"]["device"].stringValue ?? "", threads: plan["numerics"]["threads"].intValue ?? 0,
            library: plan["numerics"]["library"].stringValue ?? "")
        machine = MachineDescription(json: plan["machine"])
    }

    private static func list<Element>(_ json: JSONValue, _ read: (JSONValue) -> Element) -> [Element] {
        (json.arrayValue ?? []).map(read)
    }

    var json: JSONValue {
        [
            "description": .string(description),
            "recipe": .array(recipe.map { ["path": .string($0.path), "text": .string($0.text)] }),
            "parameters": .array(
                parameters.map { ["name": .string($0.name), "value": $0.value, "origin": .string($0.origin)] }),
            "stages": .array(stages.map(\.json)),
            "numerics": [
                "device": .string(numerics.device), "threads": .int(numerics.threads),
                "library": .string(numerics.library),
            ],
            "machine": machine.json,
        ]
    }
}

extension RunPlan.Stage {
    package init(_ stage: Pipelines.Stage) {
        self.init(
            name: stage.name, writtenName: stage.writtenName,
            axes: Dictionary(stage.coordinates.map { ($0.axis, $0.value) }, uniquingKeysWith: { first, _ in first }),
            kind: stage.declaration.kind, gives: stage.output.name,
            inputs: stage.connections.map { RunPlan.Connection(input: $0.name, stage: $0.stage) })
    }

    /// Pipelines may have thousands of stages, so what says nothing is left out.
    fileprivate var json: JSONValue {
        var json: JSONValue = ["name": .string(name), "kind": .string(kind), "gives": .string(gives)]
        if writtenName != name { json["of"] = .string(writtenName) }
        if !axes.isEmpty { json["axes"] = .object(axes) }
        if !inputs.isEmpty { json["inputs"] = .array(inputs.map { [.string($0.input), .string($0.stage)] }) }
        return json
    }
}
