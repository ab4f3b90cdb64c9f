import Diagnostics
import Foundation
import Pipelines
import StageInterface

/// Gives what a stage says a place: the line of the pipeline, or of the file, that it concerns.
struct FindingLocator {
    let stage: Stage

    /// A larger file is named by line, without showing it.
    private static let largestShown = 16_000_000

    func diagnostic(_ problem: StageProblem) -> Diagnostic {
        let location =
            switch problem.place {
            case .parameter(let path): stage.location(ofParameter: path)
            case .file(let path, let line, let column): fileLocation(path, line, column)
            case nil: Optional<SourceLocation>.none
            }
        let message = location == nil ? "stage `\(stage.name)`: \(problem.message)" : problem.message
        switch problem.severity {
        case .error: return .error(message, at: location, help: problem.help)
        case .warning: return .warning(message, at: location, help: problem.help)
        case .note: return .note(message, at: location, help: problem.help)
        }
    }

    private func fileLocation(_ spelled: String, _ line: Int?, _ column: Int?) -> SourceLocation {
        let path = stage.inputPath(spelled).path
        let size = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? .max
        guard let line, size <= Self.largestShown,
            let contents = try? String(contentsOfFile: path, encoding: .utf8)
        else { return SourceLocation(path: spelled, line: line ?? 1, column: column ?? 1) }
        let source = SourceText(path: spelled, contents: contents)
        let length = column == nil ? source.line(line)?.unicodeScalars.count ?? 1 : 1
        return SourceLocation(source: source, line: line, column: column ?? 1, length: length)
    }
}
