import Diagnostics
import Models
import Tensors

/// What a model folder is.
enum ModelInspection {
    static func section(_ folder: String, _ names: [String]) throws -> Inspection.Section {
        var section = Inspection.Section(title: "model")
        let survey: ModelSurvey
        do {
            survey = try ModelArchitectures.survey(folder: folder)
        } catch let error as ModelError {
            section.problems = error.problems
            return section
        }
        section.facts.append(("architecture", survey.modelType))
        if let sizes = survey.dimensions {
            let shared =
                sizes.keyValueHeadCount == sizes.attentionHeadCount ? "" : " sharing \(sizes.keyValueHeadCount)"
            section.facts.append(
                (
                    "sizes",
                    "\(sizes.layerCount) layers, \(sizes.hiddenSize) wide, \(sizes.attentionHeadCount) heads\(shared), "
                        + "vocabulary \(InspectionText.count(sizes.vocabularySize))"
                ))
        }
        section.problems += survey.problems
        do {
            let file = try ShardedSafetensors(folder: folder)
            var facts = TensorFacts()
            for name in file.names {
                guard let info = file.info(name) else { continue }
                facts.add(
                    shape: info.shape, dtype: info.dtype.rawValue, byteWidth: info.dtype.byteCount,
                    isFloatingPoint: info.dtype.isFloatingPoint)
            }
            section.facts += facts.facts
            if !survey.labels.isEmpty,
                file.names.contains(where: { $0.hasPrefix("classifier") || $0.hasPrefix("score") })
            {
                section.facts.append(("classes", InspectionText.names(survey.labels)))
            }
        } catch {
            section.problems.append("\(error)")
        }
        if !survey.tasks.isEmpty {
            section.facts.append(("tasks here", survey.tasks.map(\.rawValue).joined(separator: ", ")))
        }
        return section
    }
}
