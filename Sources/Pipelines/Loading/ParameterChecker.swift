import Diagnostics
import JSONValues
import StageInterface

/// Checks what stands under `with` against the stage kinds' declarations, and fills in defaults and inherited values.
struct ParameterChecker {
    private(set) var drafts: [StageDraft]
    var diagnostics = Diagnostics()

    private let projectFolder: String
    private var paths: PathChecker?
    /// The stages that have been checked, so that others can inherit from them.
    private var isChecked: [Bool]

    /// - Parameter checkingFiles: whether the files and folders that parameters name must exist.
    init(_ drafts: [StageDraft], projectFolder: String, checkingFiles: Bool) {
        self.drafts = drafts
        self.projectFolder = projectFolder
        paths = checkingFiles ? PathChecker(projectFolder: projectFolder) : nil
        isChecked = Array(repeating: false, count: drafts.count)
    }

    /// - Parameter order: the numbers of the stages, each after those that feed it.
    mutating func check(inOrder order: [Int]) {
        for index in order {
            guard let declaration = drafts[index].declaration, let with = drafts[index].with else { continue }
            resolve(with, declaration, at: index)
            inherit(declaration, at: index)
            checkPaths(declaration, at: index)
            checkTogether(declaration, at: index)
            isChecked[index] = true
        }
    }

    /// Nobody reads more of them for one stage, and finding their places would take long.
    private static let mostProblems = 100

    // MARK: - Steps

    private mutating func resolve(_ with: [LocatedValue.Entry], _ declaration: StageDeclaration, at index: Int) {
        var unknown: Set<String> = []
        for entry in with {
            drafts[index].places[entry.key] = entry.value
            if !entry.value.isKnown { unknown.insert(entry.key) }
        }
        // What was to stand in the place of a path, and is told already.
        let unfilled = drafts[index].reportedInputs.intersection(
            declaration.inputs.filter(\.fillsParameter).map(\.name))
        unknown.formUnion(unfilled)
        drafts[index].reportedParameters = unknown
        let (values, problems) = declaration.parameters.resolve(
            with.json.merging(filled(at: index)) { written, _ in written })
        drafts[index].values = values
        // A value with an unknown part can't be judged, and why it is unknown has been said.
        let told = problems.filter { problem in
            if let key = problem.missingKey, problem.path.isEmpty { return !unfilled.contains(key) }
            return problem.concernsKey || !(problem.path.first.map(unknown.contains) ?? false)
        }
        for problem in told.prefix(Self.mostProblems) { report(problem, of: index) }
        if told.count > Self.mostProblems {
            diagnostics.error(
                "stage `\(drafts[index].writtenName)` has \(told.count - Self.mostProblems) more mistakes under `with`",
                at: drafts[index].parametersLocation)
        }
    }

    /// What stages give in the place of folders.
    private mutating func filled(at index: Int) -> [String: JSONValue] {
        var values: [String: JSONValue] = [:]
        for edge in drafts[index].edges where edge.input.fillsParameter {
            let name = edge.input.name
            guard drafts[index].places[name] == nil else {
                diagnostics.append(drafts[index].twice(name, at: edge.location))
                continue
            }
            let value = JSONValue.string(StageReference.spelled(drafts[edge.stage].name))
            values[name] = value
            drafts[index].places[name] = LocatedValue(.scalar(value), inPlaceOf: edge.value)
        }
        return values
    }

    private mutating func inherit(_ declaration: StageDeclaration, at index: Int) {
        for parameter in declaration.parameters {
            guard case .inherited(let input, let source) = parameter.defaultValue,
                drafts[index].places[parameter.name] == nil
            else { continue }
            let draft = drafts[index]
            guard draft.connections != nil, !draft.reportedInputs.contains(input) else {
                drafts[index].reportedParameters.insert(parameter.name)
                continue
            }
            guard let edge = draft.edge(of: input) else {
                if declaration.input(named: input)?.isRequired == false {
                    drafts[index].values[parameter.name] = .null
                    continue
                }
                let reason = "it would be taken over from the stage that feeds `\(input)`, and none does"
                report(parameter.missing(at: [], reason: reason), of: index)
                continue
            }
            let producer = drafts[edge.stage]
            guard isChecked[edge.stage], !producer.reportedParameters.contains(source) else {
                drafts[index].reportedParameters.insert(parameter.name)
                continue
            }
            guard let value = producer.values[source], !value.isNull else {
                let reason = "it can't be taken over: stage `\(producer.writtenName)` has no `\(source)`"
                report(parameter.missing(at: [], reason: reason), of: index)
                continue
            }
            drafts[index].places[parameter.name] =
                producer.places[source] ?? LocatedValue(.scalar(value), at: producer.parametersLocation)
            let (resolved, problems) = parameter.type.resolve(value, at: [parameter.name])
            drafts[index].values[parameter.name] = resolved
            for problem in problems { report(problem, of: index, inheritedFrom: producer.writtenName) }
        }
    }

    private mutating func checkPaths(_ declaration: StageDeclaration, at index: Int) {
        let reported = drafts[index].reportedParameters
        let sound =
            reported.isEmpty
            ? declaration.parameters : declaration.parameters.filter { !reported.contains($0.name) }
        let named = sound.paths(in: drafts[index].values)
        paths?.look(at: named.map(\.spelled).filter { !RemoteSource.isRemote($0) && !$0.utf8.contains(0) })
        for path in named {
            if RemoteSource.isRemote(path.spelled) {
                checkAddress(path, at: index)
                continue
            }
            if let stage = StageReference.stage(of: path.spelled) {
                checkReference(to: stage, path, at: index)
                continue
            }
            let draft = drafts[index]
            guard
                let finding = paths?.check(
                    path, writtenAt: draft.place(of: path.parameter)?.origin ?? draft.parametersLocation)
            else { continue }
            drafts[index].reportedParameters.formUnion(path.parameter.prefix(1))
            report(finding.message, at: path.parameter, of: index, help: finding.help)
        }
    }

    /// What a stage gives in the place of a path can't be written there.
    private mutating func checkReference(to stage: String, _ path: ParameterPath, at index: Int) {
        guard let name = path.parameter.first, drafts[index].with?.contains(where: { $0.key == name }) == true else {
            return
        }
        drafts[index].reportedParameters.insert(name)
        report(
            "`\(path.spelled)` is no path", at: path.parameter, of: index,
            help: "write `\(name): \(stage)` under `from`, or the path as `./\(path.spelled)`")
    }

    /// An address in the place of a path.
    private mutating func checkAddress(_ path: ParameterPath, at index: Int) {
        var problem: (message: String, help: String?)?
        do {
            let source = try RemoteSource(parsing: path.spelled)
            switch path.type {
            case .folder where source.fileName != nil:
                problem = ("this names a file, expected a folder", "write `hf://owner/name@revision`")
            case .file where source.fileName == nil:
                problem = ("this names a repository, expected a file", "write the file's path behind the revision")
            default: break
            }
        } catch {
            problem = (error.message, error.help)
        }
        guard let problem else { return }
        drafts[index].reportedParameters.formUnion(path.parameter.prefix(1))
        report(problem.message, at: path.parameter, of: index, help: problem.help)
    }

    /// What can be wrong between values that are right one by one.
    private mutating func checkTogether(_ declaration: StageDeclaration, at index: Int) {
        let draft = drafts[index]
        guard draft.reportedParameters.isEmpty else { return }
        let values = declaration.parameters.mappingPaths(in: draft.values) { [projectFolder] _, spelled in
            InputPath(spelled: spelled, path: ProjectPath.absolute(spelled, in: projectFolder)).json
        }
        do {
            for problem in try declaration.check(ParameterValues(.object(values))) {
                report(
                    "stage `\(draft.writtenName)`: \(problem.message)", at: problem.path, of: index,
                    concernsKey: problem.concernsKey, help: Self.help(for: problem))
            }
        } catch let failure as StageFailure {
            for problem in failure.problems {
                report("stage `\(draft.writtenName)`: \(problem.message)", at: [], of: index, help: problem.help)
            }
        } catch {
            report("stage `\(draft.writtenName)`: \(error)", at: [], of: index)
        }
    }

    // MARK: - Findings

    private mutating func report(_ problem: ParameterProblem, of index: Int, inheritedFrom producer: String? = nil) {
        let stage = "stage `\(drafts[index].writtenName)`"
        drafts[index].reportedParameters.formUnion([problem.path.first ?? problem.missingKey].compactMap { $0 })
        let message: String
        if problem.concernsKey {
            let mapping = problem.missingKey == nil ? Array(problem.path.dropLast()) : problem.path
            message = "\(problem.message) in \(mapping.isEmpty ? "" : "`\(Self.spelled(mapping))` of ")\(stage)"
        } else {
            let source = producer.map { ", taken over from stage `\($0)`" } ?? ""
            message = "`\(Self.spelled(problem.path))` of \(stage)\(source): \(problem.message)"
        }
        report(message, at: problem.path, of: index, concernsKey: problem.concernsKey, help: Self.help(for: problem))
    }

    private mutating func report(
        _ message: String, at path: [String], of index: Int, concernsKey: Bool = false, help: String? = nil
    ) {
        if concernsKey, let location = keyLocation(of: path, at: index) {
            diagnostics.error(message, at: location, help: help)
            return
        }
        guard let place = place(of: path, at: index) else {
            diagnostics.error(message, at: drafts[index].parametersLocation, help: help)
            return
        }
        var notes: [Diagnostic.Note] = []
        if let parameter = place.parameter, place.origin != place.location {
            notes.append(Diagnostic.Note("`\(parameter)` gets its value here", at: place.origin))
        }
        diagnostics.error(message, at: place.location, help: help, notes: notes)
    }

    private func place(of path: [String], at index: Int) -> LocatedValue.Place? {
        drafts[index].place(of: path)
    }

    private func keyLocation(of path: [String], at index: Int) -> SourceLocation? {
        guard path.count > 1 else { return drafts[index].with?.first { $0.key == path.first }?.keyLocation }
        return drafts[index].places[path[0]]?.keyLocation(of: path.dropFirst())
    }

    private static func help(for problem: ParameterProblem) -> String? {
        guard let name = problem.unknownName else { return problem.help }
        if problem.concernsKey {
            return Diagnostic.help(forUnknown: name, among: problem.candidates, as: "key") ?? problem.help
        }
        // The message has the list of them already.
        guard NearestName.find(name, among: problem.candidates) != nil else { return problem.help }
        return Diagnostic.help(forUnknown: name, among: problem.candidates, as: "value")
    }

    /// `split.train`, `source[1]`.
    private static func spelled(_ path: [String]) -> String {
        path.reduce("") { text, name in
            if text.isEmpty { return name }
            return Int(name) == nil ? "\(text).\(name)" : "\(text)[\(name)]"
        }
    }
}
