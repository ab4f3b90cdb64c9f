/// How fast training goes, from the steps and evaluations timed so far.
struct Pace {
    private let evaluationExampleCount: Int
    private let clock = ContinuousClock()
    private var samples = 0
    private var evaluationSeconds: Double?
    /// Time spent in steps.
    private(set) var seconds = 0.0

    init(evaluationExampleCount: Int) {
        self.evaluationExampleCount = evaluationExampleCount
    }

    /// - Parameter step: a step; returns the examples that it was made from.
    mutating func time(_ step: () throws -> Int) rethrows {
        let start = clock.now
        samples += try step()
        seconds += (clock.now - start) / .seconds(1)
    }

    mutating func timeEvaluation<Result>(_ evaluation: () throws -> Result) rethrows -> Result {
        let start = clock.now
        let result = try evaluation()
        evaluationSeconds = (clock.now - start) / .seconds(1)
        return result
    }

    var samplesPerSecond: Double { seconds > 0 ? Double(samples) / seconds : 0 }

    func secondsLeft(examples: Int, evaluations: Int) -> Double {
        guard samplesPerSecond > 0 else { return 0 }
        // Until one is timed: an evaluation has a forward pass only, about a third of a step.
        let evaluation = evaluationSeconds ?? Double(evaluationExampleCount) / (3 * samplesPerSecond)
        return Double(examples) / samplesPerSecond + Double(evaluations) * evaluation
    }
}
