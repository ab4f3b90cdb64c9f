import Models
import PEFT
import StageInterface
import Tensors
import Training

extension StageFailure {
    /// An error of the modules below as a stage tells it.
    ///
    /// - Parameter place: what most likely has to change.
    init(_ error: any Error, at place: StageProblem.Place? = nil) {
        switch error {
        case let failure as StageFailure: self = failure
        case let error as PEFTError: self.init(Self.problems(error.problems, error.help, place))
        case let error as ModelError:
            let path = error.path.map { "\($0): " } ?? ""
            self.init(Self.problems(error.problems.map { path + $0 }, error.help, place))
        case let error as SafetensorsError:
            self.init(Self.problems(error.messages.map { "\(error.path): \($0)" }, error.help, place))
        default: self.init("\(error)", place: place)
        }
    }

    private static func problems(
        _ messages: [String], _ help: String?, _ place: StageProblem.Place?
    ) -> [StageProblem] {
        messages.enumerated().map { index, message in
            StageProblem(.error, message, help: index == messages.count - 1 ? help : nil, place: place)
        }
    }

    /// Runs a body whose errors concern a parameter.
    static func locating<Result>(_ parameter: String, _ body: () throws -> Result) throws -> Result {
        do { return try body() } catch let stopped as TrainingStopped { throw stopped } catch {
            throw StageFailure(error, at: .parameter([parameter]))
        }
    }
}
