import Foundation
import Testing

@testable import ReportPages

@Suite("Where the boxes of a graph stand")
struct GraphLayoutTests {
    private func layout(_ feeders: [[Int]], width: Double = 100) -> GraphLayout {
        GraphLayout(feeders.map { GraphLayout.Box(width: width, height: 40, feeders: $0) })
    }

    @Test("each stands below those that feed it, and what nothing feeds right above what it feeds")
    func layers() {
        let layout = layout([[], [0], [1], [], [2, 3]])
        #expect(layout.places.map(\.layer) == [0, 1, 2, 2, 3])
        #expect(layout.lines.count == 4)
    }

    @Test("boxes of a layer don't overlap, and all are within the drawing")
    func places() {
        let layout = layout([[], []] + (0..<9).map { _ in [0, 1] } + [[2, 5, 10], [3]])
        for layer in 0...2 {
            let places = layout.places.filter { $0.layer == layer }.map(\.x).sorted()
            for (left, right) in zip(places, places.dropFirst()) { #expect(right - left >= 100) }
        }
        for place in layout.places {
            #expect(place.x - 50 >= 0 && place.x + 50 <= layout.width)
            #expect(place.y >= 0 && place.y + 40 <= layout.height)
        }
    }

    @Test("a line over several layers passes beside the boxes in between")
    func longLines() throws {
        let layout = layout([[], [0], [1], [0, 2]])
        let long = try #require(layout.lines.first { $0.from == 0 && $0.to == 3 })
        for point in long.points.dropFirst(2).dropLast() {
            for place in layout.places where point.y >= place.y && point.y <= place.y + 40 {
                #expect(abs(point.x - place.x) >= 50)
            }
        }
    }

    @Test("wrong numbers of feeders are left out")
    func wrongFeeders() {
        #expect(layout([[5, 0], [1, 7, 0]]).lines.count == 1)
        #expect(layout([]).places.isEmpty)
    }

    @Test("instances share a box, and so do four stages that read and feed the same")
    func merging() throws {
        func stage(_ name: String, _ gives: String, _ feeders: [String] = []) -> ReportedGraph.Stage {
            .init(
                name: name, writtenName: String(name.prefix { $0 != "[" }), kind: "k", gives: gives, state: "ran",
                feeders: feeders)
        }
        let methods = ["lora", "dora", "ia3", "full"]
        let graph = ReportedGraph(
            stages: [stage("rows", "dataset")] + methods.map { stage($0, "method") }
                + methods.map { stage("adapter[method=\($0)]", "adapter", ["rows", $0]) })
        let svg = try #require(GraphDrawing(graph)).svg.text
        #expect(svg.contains(">4 stages<"))
        #expect(svg.contains(">lora, dora, ia3, full<"))
        #expect(svg.contains(">k, 4 instances<"))
        #expect(svg.components(separatedBy: "<rect").count - 1 == 3)
    }

    @Test("many stages that are alike are one box each, and what they feed one more")
    func chains() throws {
        func stage(_ name: String, _ gives: String, _ feeders: [String] = []) -> ReportedGraph.Stage {
            .init(name: name, writtenName: name, kind: "k", gives: gives, state: "ran", feeders: feeders)
        }
        let numbers = (1...5).map(String.init)
        let graph = ReportedGraph(
            stages: [stage("tokens", "tokens")] + numbers.map { stage("method-\($0)", "method") }
                + numbers.map { stage("trained-\($0)", "adapter", ["tokens", "method-\($0)"]) }
                + [stage("scores", "scores", numbers.map { "trained-\($0)" })])
        let svg = try #require(GraphDrawing(graph)).svg.text
        #expect(svg.components(separatedBy: "<rect").count - 1 == 4)
        #expect(svg.components(separatedBy: ">5 stages<").count - 1 == 2)
        #expect(svg.components(separatedBy: "class=\"edge\"").count - 1 == 3)
    }
}
