import Diagnostics
import JSONValues
import Pipelines
import TestSupport
import Testing

@Suite("Parameters from files and the environment")
struct ParameterSourceTests {
    let project: Project

    init() throws { project = try Project() }

    private func load(_ text: String, _ sources: ParameterSources) -> (pipeline: Pipeline?, findings: [Diagnostic]) {
        Pipeline.load(
            source: SourceText(path: "pipeline.yaml", contents: text), sources: sources,
            catalogue: SmallCatalogue.declarations, projectFolder: project.folder)
    }

    private func file(_ text: String, _ name: String = "values.yaml") -> SourceText {
        SourceText(path: name, contents: text)
    }

    private func pipeline(_ params: String) -> String {
        "version: 1\nname: small\nparams: \(params)\nstages:\n"
            + "  method: {uses: lora, with: {r: $(rank), lora_alpha: $(alpha)}}\n"
    }

    @Test("later files hold over earlier ones, and options over files")
    func order() throws {
        let sources = ParameterSources(
            files: [file("rank: 2\nalpha: 3\n"), file("# more\nalpha: 5\n", "more.yaml")],
            overrides: [try #require(ParameterOverride(assignment: "rank=7"))])
        let (loaded, findings) = load(pipeline("{rank: 8, alpha: 16}"), sources)
        #expect(findings.isEmpty, "\(project.rendered(findings))")
        let method = try #require(loaded?.stage(named: "method"))
        #expect(method.values["r"] == 7)
        #expect(method.values["lora_alpha"] == 5.0)
        #expect(method.originDescription(ofParameter: ["lora_alpha"]) == "more.yaml:2")
        #expect(method.originDescription(ofParameter: ["r"]) == "--set rank=7")
    }

    @Test("the environment is read where a parameter is declared so, and only for that variable")
    func environment() throws {
        let text = pipeline("{rank: {env: RANK, default: 8}, alpha: {env: ALPHA, default: 16}}")
        func values(_ sources: ParameterSources) throws -> (Stage, [String]) {
            let (loaded, findings) = load(text, sources)
            #expect(findings.isEmpty, "\(project.rendered(findings))")
            let method = try #require(loaded?.stage(named: "method"))
            return (method, ["r", "lora_alpha"].map { method.originDescription(ofParameter: [$0]) })
        }
        let (method, origins) = try values(
            ParameterSources(environment: ["RANK": "4", "ALPHA": "", "rank": "9", "alpha": "9"]))
        #expect(method.values["r"] == 4)
        #expect(method.values["lora_alpha"] == 16.0)
        #expect(origins == ["environment RANK=4", "pipeline.yaml:3"])
        let given = try values(ParameterSources(files: [file("rank: 2")], environment: ["RANK": "[wrong"])).0
        #expect(given.values["r"] == 2)
    }

    @Test("mistakes are shown where they are written")
    func mistakes() {
        let sound = "{rank: 8, alpha: 16}"
        let cases: [(String, ParameterSources)] = [
            (sound, ParameterSources(files: [file("rnk: 4\n")])),
            (sound, ParameterSources(files: [file("- rank\n")])),
            (sound, ParameterSources(files: [file("rank: [4\n")])),
            (sound, ParameterSources(files: [file("rank: {a: 4}\n")])),
            (sound, ParameterSources(files: [file("rank: many\n")])),
            ("{alpha: 16, rank: {env: RANK}}", ParameterSources()),
            ("{alpha: 16, rank: {env: RANK, default: 8}}", ParameterSources(environment: ["RANK": "many"])),
            ("{alpha: 16, rank: {env: RANK, default: 8}}", ParameterSources(environment: ["RANK": "[4"])),
            ("{alpha: 16, rank: {env: RANK-1, default: 8}}", ParameterSources()),
            ("{alpha: 16, rank: {env: [RANK], default: 8}}", ParameterSources()),
            ("{alpha: 16, rank: {default: 8}}", ParameterSources()),
            ("{alpha: 16, rank: {env: RANK, defualt: 8}}", ParameterSources(environment: ["RANK": "4"])),
        ]
        let shown = cases.map { params, sources in
            let (loaded, findings) = load(pipeline(params), sources)
            #expect(loaded == nil, "\(params)")
            #expect(findings.count == 1, "\(params)\n\(project.rendered(findings))")
            return project.rendered(findings)
        }
        GoldenFile("parameter-sources.txt").expect(shown.joined(separator: "\n\n"))
    }
}
