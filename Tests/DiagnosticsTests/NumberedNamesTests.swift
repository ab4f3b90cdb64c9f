import Diagnostics
import Testing

@Suite("Names that differ in a number")
struct NumberedNamesTests {
    @Test("are drawn together, in the order of their first appearance")
    func drawnTogether() {
        let names = ["layer.0.query", "layer.0.value", "layer.1.query", "layer.2.query", "layer.1.value", "classifier"]
        #expect(NumberedNames.summaries(of: names) == ["layer.0…2.query", "layer.0…1.value", "classifier"])
    }

    @Test("stay as they are where there is one")
    func single() {
        #expect(NumberedNames.summaries(of: ["h.3.c_attn"]) == ["h.3.c_attn"])
        #expect(NumberedNames.summaries(of: []).isEmpty)
    }
}
