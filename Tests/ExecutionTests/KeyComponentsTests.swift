import JSONValues
import Testing

@testable import Execution

@Suite("KeyComponents")
struct KeyComponentsTests {
    private let old = KeyComponents(json: [
        "format": 1, "kind": "train", "version": 1,
        "parameters": ["r": 8, "split": ["train": 0.8], "model": ["config.json": ["sha256": "aa"]]],
        "inputs": ["tokens": "11"], "numerics": ["threads": 2],
    ])

    @Test("equal components have no changes")
    func none() {
        #expect(old.changes(since: old).isEmpty)
    }

    @Test("each difference is told once, with the value before and after")
    func differences() {
        let new = KeyComponents(json: [
            "format": 1, "kind": "train", "version": 2,
            "parameters": ["r": 16, "split": ["train": 0.9], "model": ["config.json": ["sha256": "bb"]], "seed": 1],
            "inputs": ["tokens": "22"], "numerics": ["threads": 4],
        ])
        #expect(
            new.changes(since: old) == [
                KeyChange(subject: .content(parameter: ["model", "config.json"]), old: "aa", new: "bb"),
                KeyChange(subject: .parameter(["r"]), old: 8, new: 16),
                KeyChange(subject: .parameter(["seed"]), old: .null, new: 1),
                KeyChange(subject: .parameter(["split", "train"]), old: 0.8, new: 0.9),
                KeyChange(subject: .input("tokens"), old: "11", new: "22"),
                KeyChange(subject: .implementation, old: 1, new: 2),
                KeyChange(subject: .numerics("threads"), old: 2, new: 4),
            ])
    }
}
