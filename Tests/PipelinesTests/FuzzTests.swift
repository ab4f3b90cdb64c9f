import Diagnostics
import Pipelines
import Testing

@Suite("Damaged pipelines")
struct FuzzTests {
    @Test("any text gives a pipeline or says what is wrong with it", arguments: 0..<8)
    func damaged(seed: Int) throws {
        let project = try Project()
        var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let pieces = [
            "$(", ")", "$$(", "$(r)", "$(note)", ":", "- ", "{", "}", "[", "]", ", ", "\n", "  ", "rows", "tokens",
            "from:", "with:", "uses:", "null", "1", "-0.5", "é", "&a ", "*a", "<<: ", "\"", "#", "version: 2",
        ]
        let original = soundPipeline.map { $0 }
        for _ in 0..<150 {
            var text = original
            for _ in 0...random(4) {
                let start = random(text.count)
                let end = min(text.count, start + random(12))
                text.replaceSubrange(start..<end, with: pieces[random(pieces.count)])
            }
            let overrides = random(4) == 0 ? ["r=" + pieces[random(pieces.count)]] : []
            let (pipeline, findings) = project.load(String(text), overrides: overrides)
            let hasErrors = findings.contains { $0.severity == .error }
            #expect((pipeline == nil) == hasErrors, "\(String(text))")
            #expect(!project.rendered(findings).isEmpty || findings.isEmpty)
            for finding in findings {
                #expect(finding.location != nil, "\(finding.message)")
            }
        }
    }
}
