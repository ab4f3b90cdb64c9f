import Foundation
import Testing

@testable import ReportPages

@Suite("Learning curves")
struct TrainingChartsTests {
    private func charts(_ names: [String], epochs: Bool = true) -> [String] {
        let trainings = names.map { name in
            var training = SampleReport.training(name, shift: 0)
            if !epochs { training.epochs = [] }
            return training
        }
        return TrainingCharts.grouped(trainings).map(\.figures.text)
    }

    @Test("one training has its loss in training and validation, and its figures, with the epoch that was kept")
    func one() {
        let charts = charts(["adapter"])
        #expect(charts.count == 1)
        for words in ["training loss", "validation loss", "validation accuracy", "validation f1", "kept: epoch 3"] {
            #expect(charts[0].contains(words), "\(words)")
        }
    }

    @Test("instances of a stage lie over one another, as many as can be told apart")
    func several() {
        let charts = charts((1...6).map { "adapter[seed=\($0)]" } + ["other"])
        #expect(charts.count == 3)
        #expect(charts[0].contains("seed=4") && !charts[0].contains("seed=5"))
        #expect(charts[1].contains("seed=5") && charts[1].contains("seed=6"))
        #expect(charts[2].contains("training loss"))
        #expect(!charts[0].contains("training loss"))
    }

    @Test("without a validation split there is the training's loss by step")
    func withoutValidation() {
        let charts = charts(["a[seed=1]", "a[seed=2]"], epochs: false)
        #expect(charts.count == 1)
        #expect(charts[0].contains("a</strong>: training loss") && charts[0].contains(">step<"))
    }
}
