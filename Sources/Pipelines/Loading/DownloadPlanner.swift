import Diagnostics
import JSONValues
import StageInterface

/// Gives every address that stands where a path may stand a stage that fetches it.
///
/// One stage for each address of a pipeline, however many stages read it. So what is fetched has a key, a place in the
/// store and a line in the table like everything else.
struct DownloadPlanner {
    private(set) var stages: [Stage] = []

    private let declaration: StageDeclaration
    private let projectFolder: String
    private var names: [String: String] = [:]
    private var taken: Set<String> = []

    /// Nil for a catalogue without a stage kind that fetches.
    init?(catalogue: [StageDeclaration], projectFolder: String) {
        guard let declaration = catalogue.first(where: { $0.fetches != nil }) else { return nil }
        self.declaration = declaration
        self.projectFolder = projectFolder
    }

    /// What a sound stage reads by address.
    mutating func fetched(by draft: StageDraft) -> [Stage.Supplied] {
        guard let reader = draft.declaration else { return [] }
        return reader.parameters.paths(in: draft.values).compactMap { path in
            guard RemoteSource.isRemote(path.spelled), let source = try? RemoteSource(parsing: path.spelled),
                let artifact = declaration.output.types.first
            else { return nil }
            let value = path.parameter.first.flatMap { draft.places[$0] }?.part(at: path.parameter.dropFirst())
            return Stage.Supplied(
                parameter: path.parameter, spelled: source.spelled, shown: source.shown, fileName: source.fileName,
                stage: stage(fetching: source, writtenAs: value, for: draft), artifact: artifact)
        }
    }

    private mutating func stage(
        fetching source: RemoteSource, writtenAs value: LocatedValue?, for draft: StageDraft
    ) -> String {
        if let name = names[source.spelled] { return name }
        let name = newName(for: source)
        names[source.spelled] = name
        let parameter = declaration.fetches ?? ""
        let location = value?.location ?? draft.parametersLocation
        stages.append(
            Stage(
                name: name, writtenName: name, coordinates: [], declaration: declaration, description: nil,
                values: declaration.parameters.resolve([parameter: .string(source.spelled)]).values,
                written: [parameter], inputs: [], supplied: [], output: declaration.output.types[0],
                location: location, withLocation: location, places: value.map { [parameter: $0] } ?? [:],
                projectFolder: projectFolder))
        return name
    }

    /// `download:train.tsv`. No stage that is written can have such a name.
    private mutating func newName(for source: RemoteSource) -> String {
        let base = "\(declaration.kind):" + source.shortName.map { PipelineName.isInFileNames($0) ? $0 : "_" }
        var name = base
        var number = 2
        while !taken.insert(name).inserted {
            name = "\(base)-\(number)"
            number += 1
        }
        return name
    }
}
