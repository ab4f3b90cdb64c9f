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
            let rates: [Double]
        }
        let cases = try JSONDecoder().decode([Case].self, from: try TrainingTests.golden("schedules.json"))
        #expect(cases.count == 6)
        for expected in cases {
            let schedule = LearningRateSchedule(
                peak: 0.004, shape: expected.shape, warmup: .steps(expected.warmup), totalSteps: 10)
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
}
