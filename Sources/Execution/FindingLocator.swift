import Diagnostics
import Foundation
import Pipelines
import StageInterface
import Synchronization

/// Gives what a stage says a place: the line of the pipeline, or of the file, that it concerns.
final class FindingLocator: Sendable {
    let stage: Stage
    /// The files that were shown, nil for one that can't be: a stage may have much to say about one file.
    private let texts = Mutex<[String: SourceText?]>([:])

    /// A larger file is named by line, without showing it.
    private static let largestShown = 16_000_000

    init(stage: Stage) { self.stage = stage }

    func diagnostic(_ problem: StageProblem) -> Diagnostic {
        let location =
            switch problem.place {
            case .parameter(let path): stage.location(ofParameter: path)
            case .input(let name): stage.inputs.first { $0.name == name }?.location
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
        guard let line, let source = text(of: spelled) else {
            return SourceLocation(path: spelled, line: line ?? 1, column: column ?? 1)
        }
        let length = column == nil ? source.line(line)?.unicodeScalars.count ?? 1 : 1
        return SourceLocation(source: source, line: line, column: column ?? 1, length: length)
    }

    private func text(of spelled: String) -> SourceText? {
        texts.withLock { texts in
            if let known = texts[spelled] { return known }
            let text = try? SourceText.read(
                stage.inputPath(spelled).path, shownAs: spelled, maximumBytes: Self.largestShown)
            texts[spelled] = .some(text)
            return text
        }
    }
}
