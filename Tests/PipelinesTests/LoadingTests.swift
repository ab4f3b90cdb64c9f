import Diagnostics
import JSONValues
import Pipelines
import StageInterface
import Testing

@Suite("Loading a sound pipeline")
struct LoadingTests {
    let project: Project
    let pipeline: Pipeline

    init() throws {
        project = try Project()
        let (pipeline, findings) = project.load(soundPipeline)
        #expect(findings.isEmpty, "\(project.rendered(findings))")
        self.pipeline = try #require(pipeline)
    }

    @Test("the document's parts arrive in the order of the file")
    func parts() {
        #expect(pipeline.name == "small")
        #expect(pipeline.description == "For tests")
        #expect(pipeline.parameters.map(\.name) == ["r", "targets", "data"])
        #expect(pipeline.parameters.map(\.value) == [8, ["query", "value"], "data"])
        #expect(pipeline.stages.map(\.name) == ["rows", "tokens", "method", "adapter", "page"])
        #expect(pipeline.stage(named: "method")?.declaration.kind == "lora")
        #expect(pipeline.stage(named: "nothing") == nil)
    }

    @Test("a value that is exactly $(name) takes the parameter's type, a longer one its text")
    func references() throws {
        let method = try #require(pipeline.stage(named: "method"))
        #expect(method.values["r"] == 8)
        #expect(method.values["target_modules"] == ["query", "value"])
        #expect(pipeline.stage(named: "rows")?.values["source"] == "data/rows.csv")
        #expect(pipeline.stage(named: "adapter")?.values["note"] == "rank 8")
    }

    @Test("defaults are filled in, and what is written is known")
    func defaults() throws {
        let method = try #require(pipeline.stage(named: "method"))
        #expect(method.values["bias"] == "none")
        #expect(method.written == ["r", "lora_alpha", "target_modules"])
        let rows = try #require(pipeline.stage(named: "rows"))
        #expect(rows.values["header"] == true)
        #expect(rows.values["split"] == ["train": 0.8, "test": 0.2])
    }

    @Test("a value that is not written is inherited from the stage that feeds an input")
    func inheritance() throws {
        let adapter = try #require(pipeline.stage(named: "adapter"))
        #expect(adapter.values["model"] == "models/small")
        #expect(adapter.values["rank"] == 8)
        #expect(!adapter.written.contains("model"))
        #expect(adapter.location(ofParameter: ["model"]).line == 17)
        #expect(adapter.origin(ofParameter: ["rank"]).line == 5)
    }

    @Test("there is nothing to inherit where an optional input is not connected")
    func absentInheritance() throws {
        let source = SourceText(
            path: "pipeline.yaml", contents: "version: 1\nname: small\nstages:\n  page: {uses: report}\n")
        let (loaded, findings) = Pipeline.load(
            source: source, catalogue: SmallCatalogue.declarations, projectFolder: "/",
            checkingFiles: false)
        #expect(findings.isEmpty)
        #expect(loaded?.stage(named: "page")?.values["title"] == .null)
    }

    @Test("a stage knows where its parameters stand")
    func places() throws {
        let rows = try #require(pipeline.stage(named: "rows"))
        #expect(rows.location.line == 9)
        #expect(rows.location(ofParameter: ["split", "test"]).description == "pipeline.yaml:13:33")
        #expect(rows.location(ofParameter: ["split", "nothing"]).description == "pipeline.yaml:13:14")
        #expect(rows.location(ofParameter: ["header"]).description == "pipeline.yaml:11:5")
        #expect(rows.location(ofParameter: []).description == "pipeline.yaml:11:5")
        let method = try #require(pipeline.stage(named: "method"))
        #expect(method.location(ofParameter: ["target_modules", "1"]).line == 20)
        #expect(method.origin(ofParameter: ["target_modules", "1"]).description == "pipeline.yaml:6:20")
        #expect(pipeline.stage(named: "page")?.location(ofParameter: ["of"]).description == "pipeline.yaml:26:11")
    }

    @Test("inputs come in the order of the declaration, with the short form of `from`")
    func inputs() throws {
        #expect(pipeline.stage(named: "tokens")?.inputs.map(\.name) == ["rows"])
        let adapter = try #require(pipeline.stage(named: "adapter"))
        #expect(adapter.inputs.map(\.name) == ["tokens", "method"])
        #expect(adapter.inputs.map(\.stage) == ["tokens", "method"])
        #expect(adapter.inputs.map(\.artifact) == [SmallCatalogue.tokens, SmallCatalogue.method])
    }

    @Test("paths start at the project's folder")
    func paths() throws {
        let rows = try #require(pipeline.stage(named: "rows"))
        #expect(
            rows.files.map(\.path) == [InputPath(spelled: "data/rows.csv", path: project.folder + "/data/rows.csv")])
        #expect(rows.files.map(\.parameter) == [["source"]])
        #expect(rows.parameterValues().json["source"]["path"].stringValue == project.folder + "/data/rows.csv")
        #expect(rows.inputPath("./a//b/../c").path == project.folder + "/a/b/../c")
        #expect(rows.inputPath("/a").path == "/a")
    }

    @Test("an override replaces a parameter's value, and is where it comes from")
    func overrides() throws {
        let (changed, findings) = project.load(soundPipeline, overrides: ["r=4", "targets=[key]", "r=16"])
        #expect(findings.isEmpty, "\(project.rendered(findings))")
        let pipeline = try #require(changed)
        #expect(pipeline.parameters.map(\.isOverridden) == [true, true, false])
        let method = try #require(pipeline.stage(named: "method"))
        #expect(method.values["r"] == 16)
        #expect(method.values["target_modules"] == ["key"])
        #expect(method.origin(ofParameter: ["r"]).description == "command line:1:9")
        #expect(method.originDescription(ofParameter: ["r"]) == "--set r=16")
        #expect(method.originDescription(ofParameter: ["lora_alpha"]) == "pipeline.yaml:20")
    }
}
