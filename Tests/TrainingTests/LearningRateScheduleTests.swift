import Foundation
import Testing
import Training

@Suite("Learning rate schedules")
struct LearningRateScheduleTests {
    @Test("have transformers' values")
    func golden() throws {
        struct Case: Decodable {
            let shape: LearningRateSchedule.Shape
            let warmup: Int
            /// What is not at transformers' defaults.
            let details: [String: Double]
            let rates: [Double]
        }
        let cases = try JSONDecoder().decode([Case].self, from: try TrainingTests.golden("schedules.json"))
        #expect(cases.count == 20)
        for expected in cases {
            var details = LearningRateSchedule.Details()
            details.power = expected.details["power"] ?? details.power
            details.end = expected.details["lr_end"] ?? details.end
            details.cycles = expected.details["num_cycles"].map { Int($0) } ?? details.cycles
            details.timescale = expected.details["timescale"].map { Int($0) }
            let schedule = LearningRateSchedule(
                peak: 0.004, shape: expected.shape, warmup: .steps(expected.warmup), totalSteps: 10, details: details)
            for (step, rate) in expected.rates.enumerated() {
                #expect(abs(schedule.learningRate(at: step) - rate) < 1e-15, "\(expected.shape) at \(step)")
            }
        }
    }

    @Test("round the part that is warm-up up")
    func ratio() {
        let schedule = LearningRateSchedule(peak: 1, shape: .linear, warmup: .ratio(0.06), totalSteps: 101)
        #expect(schedule.warmupSteps == 7)
    }

    @Test("have a rate where the warm-up is longer than the training")
    func longWarmup() {
        let schedule = LearningRateSchedule(peak: 1, shape: .cosine, warmup: .steps(20), totalSteps: 10)
        #expect(schedule.learningRate(at: 9) == 0.45)
    }

    @Test("that don't look at the end may go on from it")
    func extensible() {
        for shape in LearningRateSchedule.Shape.allCases {
            var configuration = TrainingConfiguration()
            configuration.schedule = shape
            let isOpen = [.constant, .constantWithWarmup, .inverseSqrt].contains(shape)
            #expect(configuration.isExtensible == isOpen)
            let rates = [10, 20].map { steps in
                let schedule = LearningRateSchedule(peak: 1, shape: shape, warmup: .steps(3), totalSteps: steps)
                return (0..<10).map { schedule.learningRate(at: $0) }
            }
            #expect((rates[0] == rates[1]) == isOpen, "\(shape)")
            configuration.warmup = .ratio(0.1)
            #expect(!configuration.isExtensible)
        }
    }

    @Test("for a search rise in equal factors from the first rate to the last")
    func range() {
        let schedule = LearningRateSchedule(from: 1e-5, to: 1e-1, totalSteps: 5)
        for (step, rate) in [1e-5, 1e-4, 1e-3, 1e-2, 1e-1].enumerated() {
            #expect(abs(schedule.learningRate(at: step) / rate - 1) < 1e-12)
        }
    }
}
