import Foundation
import JSONValues
import Store
import SystemPackage
import Testing

@Suite("Store")
struct StoreTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test("what is computed is found again by a store opened later")
    func roundTrip() async throws {
        let files = ["adapter.txt": "weights", "nested/config.json": "{}"]
        let trace = try await Store(in: folder).compute({ try .sample(output: $0) }, files: files)

        guard case .hit(let found, let objects) = try Store(in: folder).lookUp(trace.key) else {
            Issue.record("not found")
            return
        }
        #expect(found == trace)
        let output = try #require(objects["output"])
        #expect(try text(output.path.appending("nested").appending("config.json")) == "{}")
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path.appending("store").appending("work").string)
                == [])
    }
}

extension Trace {
    static func sample(r: Int = 8, output: ContentDigest) throws -> Trace {
        try Trace(
            components: ["stage": "lora", "parameters": ["r": .int(r), "lora_dropout": 0.1]],
            outputs: ["output": output],
            metrics: ["accuracy": 0.875], duration: 1.5, created: "2026-03-01T12:00:00Z", toolVersion: "0.1.0")
    }
}
