import Diagnostics
import Foundation
import JSONValues
import Pipelines
import TestSupport
import Testing

@Suite("Pipelines of several files")
struct IncludeTests {
    let project: Project

    init() throws { project = try Project() }

    private static let head = "version: 1\nname: small\n"
    private static let rows = "rows: {uses: data, with: {source: data/rows.csv}}"

    private func load(_ files: [String: String]) throws -> (pipeline: Pipeline?, findings: [Diagnostic]) {
        for (name, text) in files {
            let file = URL(fileURLWithPath: project.folder).appending(path: name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        let main = try SourceText.read(project.folder + "/pipeline.yaml", maximumBytes: 1 << 20)
        return Pipeline.load(source: main, catalogue: SmallCatalogue.declarations, projectFolder: project.folder)
    }

    @Test("fragments come first, paths in them start at the project's folder, and one file is read once")
    func fragments() throws {
        let (loaded, findings) = try load([
            "pipeline.yaml": Self.head + "include: [parts/a.yaml, parts/b.yaml]\n"
                + "stages:\n  tokens: {uses: tokenize, from: rows, with: {tokenizer: models/small, max_length: $(n)}}\n",
            "parts/a.yaml": "include: [common.yaml]\nstages:\n  \(Self.rows)\n",
            "parts/b.yaml": "include: [./common.yaml]\n",
            "parts/common.yaml": "params: {n: 64}\n",
        ])
        #expect(findings.isEmpty, "\(project.rendered(findings))")
        let pipeline = try #require(loaded)
        #expect(pipeline.stages.map(\.name) == ["rows", "tokens"])
        #expect(pipeline.stage(named: "tokens")?.values["max_length"] == 64)
        let origin = pipeline.stage(named: "tokens")?.originDescription(ofParameter: ["max_length"])
        #expect(origin == project.folder + "/parts/common.yaml:1")
    }

    @Test("mistakes are shown where they are written")
    func mistakes() throws {
        let including = Self.head + "include: [part.yaml]\n"
        let cases: [[String: String]] = [
            ["pipeline.yaml": Self.head + "include: part.yaml\nstages:\n  \(Self.rows)\n"],
            ["pipeline.yaml": Self.head + "include: [[a]]\n"],
            ["pipeline.yaml": Self.head + "include: [$(a).yaml]\n"],
            ["pipeline.yaml": Self.head + "include: [prat.yaml]\n", "part.yaml": ""],
            ["pipeline.yaml": including, "part.yaml": "- a\n"],
            ["pipeline.yaml": including, "part.yaml": "params: [a]\n"],
            ["pipeline.yaml": including, "part.yaml": "name: part\n"],
            ["pipeline.yaml": including, "part.yaml": "params: {}\n"],
            ["pipeline.yaml": including + "stages:\n  \(Self.rows)\n", "part.yaml": "stages:\n  \(Self.rows)\n"],
            [
                "pipeline.yaml": including + "params: {file: data/rows.csv}\n",
                "part.yaml": "params: {file: x}\nstages:\n  rows: {uses: data, with: {source: $(file)}}\n",
            ],
            ["pipeline.yaml": including, "part.yaml": "stages:\n  rows: {uses: data, with: {source: no.csv}}\n"],
            ["pipeline.yaml": including, "part.yaml": "include: [more.yaml]\n", "more.yaml": "include: [part.yaml]\n"],
            ["pipeline.yaml": Self.head + "include: [pipeline.yaml]\n"],
        ]
        let shown = try cases.map { files in
            let (pipeline, findings) = try load(files)
            #expect(pipeline == nil, "\(files)")
            #expect(!findings.isEmpty, "\(files)")
            return project.rendered(findings)
        }
        GoldenFile("include.txt").expect(shown.joined(separator: "\n\n"))
    }

    @Test("depth has a limit")
    func depth() throws {
        var files = ["pipeline.yaml": Self.head + "include: [p0.yaml]\n"]
        for number in 0..<20 { files["p\(number).yaml"] = "include: [p\(number + 1).yaml]\n" }
        let (pipeline, findings) = try load(files)
        #expect(pipeline == nil)
        #expect(findings.map(\.message) == ["files include each other more than 16 deep"])
    }
}
