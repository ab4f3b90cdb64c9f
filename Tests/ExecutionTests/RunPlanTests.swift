import Foundation
import JSONValues
import Store
import Testing

@testable import Execution

@Suite("What a run set out to do")
struct RunPlanTests {
    @Test("is in its journal, with the recipe, the stages and what feeds them")
    func recorded() async throws {
        try await Laboratory.with { laboratory in
            let text = Laboratory.pipeline.replacing("r: 8", with: "r: $(r)").replacing(
                "stages:", with: "description: a test\nparams: {r: 8}\nstages:")
            _ = try await laboratory.run(text) { $0.targets = ["adapter"] }
            let store = try laboratory.openStore()
            let plan = try #require(RunPlan(events: store.events(of: store.run(named: "last"))))
            #expect(plan.recipe == [RunPlan.File(path: "p.yaml", text: text)])
            #expect(plan.description == "a test")
            #expect(plan.parameters == [RunPlan.Parameter(name: "r", value: 8, origin: "")])
            #expect(plan.stages.map(\.name) == ["rows", "short", "method", "adapter"])
            #expect(plan.stages.map(\.kind) == ["source", "trim", "method", "train"])
            #expect(
                plan.stages.last?.inputs == [
                    RunPlan.Connection(input: "text", stage: "short"),
                    RunPlan.Connection(input: "method", stage: "method"),
                ])
            #expect(plan.numerics == Laboratory.numerics)
            #expect(plan.machine.cores > 0 && plan.machine.memory > 0 && !plan.machine.system.isEmpty)
        }
    }

    @Test("is nothing where a journal has none, and what is missing is empty")
    func missing() {
        #expect(RunPlan(events: []) == nil)
        #expect(RunPlan(events: [["event": "began", "stages": ["a"]]]) == nil)
        let hollow = RunPlan(events: [["event": "began", "plan": ["stages": [["name": "a"], 3]]]])
        #expect(hollow?.stages.map(\.writtenName) == ["a", ""])
        #expect(hollow?.recipe.isEmpty == true)
    }
}
