package import Diagnostics
package import StageInterface
import YAMLDocument

extension Pipeline {
    /// Reads and checks a pipeline, and finds all that is wrong with it.
    ///
    /// - Parameters:
    ///   - sources: values of parameters that hold instead of those in the text.
    ///   - catalogue: the stage kinds that there are.
    ///   - projectFolder: the absolute path of the folder that relative paths start at.
    ///   - checkingFiles: whether the files and folders that parameters name must exist.
    /// - Returns: the pipeline, nil if there are errors; and the findings in the order of their places. A pipeline may
    ///   come with warnings.
    package static func load(
        source: SourceText, sources: ParameterSources = ParameterSources(), catalogue: [StageDeclaration],
        projectFolder: String, checkingFiles: Bool = true
    ) -> (pipeline: Pipeline?, findings: [Diagnostic]) {
        var diagnostics = Diagnostics()
        let (root, faults) = YAMLDocument.parse(source)
        diagnostics.append(contentsOf: faults)
        guard let root else { return (nil, diagnostics.sorted) }

        var reader = PipelineReader(catalogue: catalogue)
        reader.read(root, sources: sources)
        diagnostics.append(contentsOf: reader.diagnostics)
        diagnostics.append(contentsOf: reader.expander.diagnostics)

        guard reader.isComplete else { return (nil, diagnostics.sorted) }

        var connections = ConnectionResolver(reader.drafts, catalogue: catalogue)
        connections.resolve()
        diagnostics.append(contentsOf: connections.diagnostics)

        var expander = InstanceExpander(connections.drafts)
        let isSound = !diagnostics.hasErrors
        let instances = isSound ? expander.expand(inOrder: connections.order) : nil
        diagnostics.append(contentsOf: expander.diagnostics)

        // Where the instances can't be told, the first one of each stage is looked at.
        var parameters = ParameterChecker(
            instances?.drafts ?? connections.drafts, projectFolder: projectFolder, checkingFiles: checkingFiles)
        parameters.check(inOrder: instances?.order ?? connections.order)
        diagnostics.append(contentsOf: parameters.diagnostics)

        // What is wrong in all instances of a stage is said once.
        if instances?.drafts.count != connections.drafts.count { diagnostics = diagnostics.withoutRepetition }
        guard !diagnostics.hasErrors, let name = reader.name else { return (nil, diagnostics.sorted) }
        diagnostics.append(contentsOf: unused(reader.expander.definitions))
        let drafts = parameters.drafts
        var downloads = DownloadPlanner(catalogue: catalogue, projectFolder: projectFolder)
        let stages = drafts.compactMap { draft in
            Stage(draft, among: drafts, fetched: downloads?.fetched(by: draft) ?? [], projectFolder: projectFolder)
        }
        let pipeline = Pipeline(
            name: name, description: reader.description, source: source, fragments: reader.fragments,
            parameters: reader.expander.definitions.map(PipelineParameter.init),
            stages: (downloads?.stages ?? []) + stages)
        return (pipeline, diagnostics.sorted)
    }

    private static func unused(_ definitions: [ParameterExpander.Definition]) -> [Diagnostic] {
        definitions.filter { !$0.isUsed }.map {
            .warning(
                "the parameter `\($0.name)` is not used", at: $0.keyLocation,
                help: "write `$(\($0.name))` where its value belongs, or leave it out")
        }
    }
}

extension PipelineParameter {
    fileprivate init(_ definition: ParameterExpander.Definition) {
        self.init(
            name: definition.name, value: definition.value.json, location: definition.value.location,
            isOverridden: definition.isOverridden)
    }
}

extension Stage {
    /// A stage from a draft without faults; nil for one of an unknown kind.
    fileprivate init?(
        _ draft: StageDraft, among drafts: [StageDraft], fetched: [Supplied], projectFolder: String
    ) {
        guard let declaration = draft.declaration, let output = draft.output else { return nil }
        self.init(
            name: draft.name, writtenName: draft.writtenName, coordinates: draft.coordinates, declaration: declaration,
            description: draft.description, values: draft.values,
            written: Set((draft.with ?? []).map(\.key)),
            inputs: draft.edges.filter { !$0.input.fillsParameter }.compactMap { edge in
                let feeder = drafts[edge.stage]
                return feeder.output.map {
                    Stage.Input(
                        name: edge.input.name, stage: feeder.name, artifact: $0,
                        source: edge.input.gathers
                            ? Stage.Source(stage: feeder.writtenName, coordinates: feeder.coordinates) : nil,
                        location: edge.location)
                }
            },
            supplied: fetched + Self.made(for: draft, declaration, among: drafts), output: output,
            location: draft.location, withLocation: draft.parametersLocation,
            places: draft.places,
            projectFolder: projectFolder)
    }
}

extension Stage {
    /// What stages of the pipeline give in the place of paths.
    private static func made(
        for draft: StageDraft, _ declaration: StageDeclaration, among drafts: [StageDraft]
    ) -> [Supplied] {
        declaration.parameters.paths(in: draft.values).compactMap { path in
            guard let name = StageReference.stage(of: path.spelled),
                let feeder = drafts.first(where: { $0.name == name }), let artifact = feeder.output
            else { return nil }
            return Supplied(
                parameter: path.parameter, spelled: path.spelled, shown: feeder.writtenName, fileName: nil,
                stage: name, artifact: artifact)
        }
    }
}

extension Diagnostics {
    /// Each finding once, where it came first.
    fileprivate var withoutRepetition: Diagnostics {
        var seen: Set<Diagnostic> = []
        return Diagnostics(all.filter { seen.insert($0).inserted })
    }
}
