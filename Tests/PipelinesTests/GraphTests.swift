import JSONValues
import Pipelines
import TestSupport
import Testing

@Suite("The graph of a pipeline")
struct GraphTests {
    let project: Project
    let graph: Graph

    init() throws {
        project = try Project()
        let (pipeline, findings) = project.load(
            """
            version: 1
            name: "small.1"
            stages:
              page: {uses: report, from: {of: adapter}}
              rows: {uses: data, with: {source: data/rows.csv}}
              method: {uses: lora}
              tokens: {uses: tokenize, from: rows, with: {tokenizer: models/small}}
              first: {uses: train, from: {tokens: tokens, method: method}}
              adapter: {uses: train, from: {tokens: tokens, method: method, start: first}}
            """)
        #expect(findings.isEmpty, "\(project.rendered(findings))")
        graph = try #require(pipeline).graph
    }

    @Test("a stage comes after those that feed it, otherwise where the file has it")
    func order() {
        #expect(graph.stages.map(\.name) == ["rows", "tokens", "method", "first", "adapter", "page"])
    }

    @Test("levels hold what does not depend on each other")
    func levels() {
        #expect(
            graph.levels.map { $0.map(\.name) }
                == [["rows", "method"], ["tokens"], ["first"], ["adapter"], ["page"]])
    }

    @Test("neighbours, near and far, in the order of the graph")
    func neighbours() {
        #expect(graph.predecessors(of: "adapter") == ["tokens", "method", "first"])
        #expect(graph.successors(of: "tokens") == ["first", "adapter"])
        #expect(graph.ancestors(of: "first") == ["rows", "tokens", "method"])
        #expect(graph.descendants(of: "tokens") == ["first", "adapter", "page"])
        #expect(graph.ancestors(of: "rows") == [])
        #expect(graph.descendants(of: "nothing") == [])
    }

    @Test("as a table, in DOT, in Mermaid and as JSON")
    func renderings() throws {
        GoldenFile("graph.txt").expect(graph.text)
        GoldenFile("graph.dot").expect(graph.dot)
        GoldenFile("graph.mermaid").expect(graph.mermaid)
        GoldenFile("graph.json").expect(try graph.json.pretty)
    }
}
