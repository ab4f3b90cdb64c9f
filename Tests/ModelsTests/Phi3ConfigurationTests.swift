import Foundation
import JSONValues
import Models
import TestSupport
import Testing

@Suite("Reading Phi-3's config.json")
struct Phi3ConfigurationTests {
    @Test("what later files write besides is read, and refused where it would change something")
    func laterKeys() throws {
        let golden = try ArchitectureGolden.read()
        let example = try #require(golden.cases.first { $0.name.hasPrefix("phi3 longrope") })
        try example.withFolder { folder in
            func load(_ further: [String: JSONValue]) throws {
                var config = example.config
                for (key, value) in further { config[key] = value }
                try Data(config.pretty.utf8).write(to: folder.appending(path: "config.json"))
                _ = try example.load(folder)
            }
            try load([
                "attention_bias": false, "mlp_bias": false, "lm_head_bias": false, "full_attn_mod": 1,
                "interpolate_factor": 1,
            ])
            let error = try #require(throws: ModelError.self) { try load(["lm_head_bias": true, "full_attn_mod": 2]) }
            #expect(
                error.problems == [
                    "`lm_head_bias` is true: no layer of Phi-3 has a bias",
                    "`full_attn_mod` is 2: only 1 is supported",
                ])
        }
    }
}
