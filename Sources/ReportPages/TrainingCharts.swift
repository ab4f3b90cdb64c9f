import Foundation
import Reports

/// The curves of one training, or of the instances of a sweep over one another.
struct TrainingCharts {
    /// As many as there are kinds of dashes.
    private static let mostCurves = 4

    /// The name in the pipeline's file.
    private let stage: String
    private let trainings: [ReportedTraining]

    /// The instances of a stage together, as many in each as can be told apart.
    static func grouped(_ trainings: [ReportedTraining]) -> [TrainingCharts] {
        var stages: [String] = []
        var byStage: [String: [ReportedTraining]] = [:]
        for training in trainings where !training.losses.isEmpty || !training.epochs.isEmpty {
            let stage = String(training.stage.prefix { $0 != "[" })
            if byStage[stage] == nil { stages.append(stage) }
            byStage[stage, default: []].append(training)
        }
        return stages.flatMap { stage -> [TrainingCharts] in
            let all = byStage[stage] ?? []
            return stride(from: 0, to: all.count, by: mostCurves).map { start in
                TrainingCharts(stage: stage, trainings: Array(all[start..<min(start + mostCurves, all.count)]))
            }
        }
    }

    var figures: HTML {
        if trainings.count == 1 { return trainings[0].figures }
        let hasValidation = trainings.contains { !$0.epochs.isEmpty }
        let name = trainings.lazy.compactMap(\.figureNames.first).first
        var html = figure(hasValidation ? "validation loss" : "training loss") { training in
            hasValidation ? training.points(of: "loss") : training.lossPoints
        }
        if let name { html += figure("validation \(name)") { $0.points(of: name) } }
        return html
    }

    private func figure(_ what: String, _ points: (ReportedTraining) -> [(x: Double, y: Double)]) -> HTML {
        let series = trainings.map { training in
            LineChart.Series(
                name: String(training.stage.dropFirst(stage.count).dropFirst().dropLast()), points: points(training),
                isMarked: !training.epochs.isEmpty)
        }
        let chart = LineChart(
            name: "\(stage): \(what)", xLabel: trainings.contains { $0.epochs.isEmpty } ? "step" : "epoch",
            series: series)
        return "<figure><figcaption><strong>\(stage)</strong>: \(what)</figcaption>\n\(chart.figure)</figure>\n"
    }
}

extension ReportedTraining {
    /// The loss by step, and figures of the validation split by epoch.
    var figures: HTML {
        var loss: [LineChart.Series] = []
        if !losses.isEmpty { loss.append(LineChart.Series(name: "training loss" + thinning, points: lossPoints)) }
        let validation = points(of: "loss")
        if !validation.isEmpty {
            loss.append(LineChart.Series(name: "validation loss", points: validation, isMarked: true))
        }
        let names = figureNames
        var html: HTML = .empty
        if !loss.isEmpty { html += figure("loss", loss) }
        if !names.isEmpty {
            html += figure(
                names.joined(separator: ", "),
                names.prefix(4).map {
                    LineChart.Series(name: "validation \($0)", points: points(of: $0), isMarked: true)
                })
        }
        return html
    }

    private func figure(_ what: String, _ series: [LineChart.Series]) -> HTML {
        var chart = LineChart(
            name: "\(stage): \(what)", xLabel: epochs.isEmpty ? "step" : "epoch", series: series)
        if bestEpoch > 0, !epochs.isEmpty { chart.mark = (Double(bestEpoch), "kept: epoch \(bestEpoch)") }
        let remark: HTML = remark.isEmpty ? .empty : " <span class=\"quiet\">\(remark)</span>"
        return
            "<figure><figcaption><strong>\(stage)</strong>: \(what)\(remark)</figcaption>\n\(chart.figure)</figure>\n"
    }

    /// The names of what is told of the validation split besides its loss.
    fileprivate var figureNames: [String] {
        epochs.reduce(into: []) { names, epoch in
            for figure in epoch.figures where figure.name != "loss" && !names.contains(figure.name) {
                names.append(figure.name)
            }
        }
    }

    /// By epoch where there are any, else by step.
    fileprivate var lossPoints: [(x: Double, y: Double)] {
        let stepsPerEpoch = epochs.isEmpty ? 1 : Double(max(1, losses.count)) / Double(epochs.count)
        return losses.enumerated().map { (Double($0.offset + 1) / stepsPerEpoch, $0.element) }
    }

    fileprivate func points(of name: String) -> [(x: Double, y: Double)] {
        epochs.compactMap { epoch in
            epoch.figures.first { $0.name == name }.map { (Double(epoch.epoch), $0.value) }
        }
    }

    private var thinning: String {
        let size = (losses.count + LineChart.mostPoints - 1) / LineChart.mostPoints
        return size > 1 ? ", mean of \(size) steps" : ""
    }
}
