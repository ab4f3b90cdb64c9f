import Foundation
import JSONValues
import TestSupport
import Testing
import Training

@testable import Stages

@Suite("What a search for a learning rate leaves")
struct LearningRateTableTests {
    /// A loss that falls between 1e-4 and 1e-2 and rises behind.
    private var result: LearningRateSearch.Result {
        LearningRateSearch.Result(
            points: (0..<50).map { step in
                let exponent = -6 + Double(step) * 0.12
                let fall = 0.6 / (1 + pow(10, -2 * (exponent + 3.2)))
                let loss = 0.7 - fall + max(0, exponent + 1.2) * 4
                return LearningRateSearch.Point(rate: pow(10, exponent), loss: loss, smoothLoss: loss)
            }, isDiverged: true)
    }

    @Test("is a table with the suggestion, and a drawing of it")
    func files() throws {
        try withTemporaryFolder { folder in
            try LearningRateTable(result).write(to: folder.path)
            let json = try JSONValue(parsing: Data(contentsOf: folder.appending(path: "learning-rates.json")))
            #expect(json["points"].arrayValue?.count == 50)
            let suggestion = try #require(json["suggestion"].doubleValue)
            #expect(suggestion > 1e-4 && suggestion < 1e-2)
            #expect(suggestion <= json["lowest"].doubleValue ?? 0)
            #expect(json["diverged"] == true)
            let plot = try String(contentsOf: folder.appending(path: "plot.txt"), encoding: .utf8)
            let lines = plot.split(separator: "\n", omittingEmptySubsequences: false)
            #expect(lines.first == "smoothed loss by learning rate")
            #expect(lines.allSatisfy { $0.count <= 72 && !$0.hasSuffix(" ") })
            #expect(plot.count { $0 == "•" } > 30)
            #expect(lines.contains { $0.contains("┊ learning_rate") })
            #expect(lines.contains { $0.contains("1.0e-06") && $0.hasSuffix("7.6e-01") })
        }
    }

    @Test("has no suggestion where the loss only rises, and no drawing of nothing")
    func empty() {
        let rising = LearningRateSearch.Result(
            points: (1...20).map { .init(rate: Double($0), loss: Double($0), smoothLoss: Double($0)) },
            isDiverged: false)
        #expect(rising.suggestion == nil)
        #expect(!LearningRateTable(rising).plot.contains("┊"))
        #expect(LearningRateTable(.init(points: [], isDiverged: false)).plot.isEmpty)
        for loss in [0, 0.7] {
            let flat = LearningRateSearch.Result(
                points: (1...20).map { .init(rate: Double($0), loss: loss, smoothLoss: loss) }, isDiverged: false)
            #expect(LearningRateTable(flat).plot.count { $0 == "•" } > 10)
        }
    }
}
