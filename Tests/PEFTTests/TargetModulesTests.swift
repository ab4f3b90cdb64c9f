import JSONValues
import Models
import PEFT
import TestSupport
import Testing

@Suite("target_modules")
struct TargetModulesTests {
    @Test("a name matches whole names and their last components")
    func names() throws {
        #expect(
            try select(.names(["self.query", "bert.pooler.dense"])) == [
                "bert.encoder.layer.0.attention.self.query", "bert.encoder.layer.1.attention.self.query",
                "bert.pooler.dense",
            ])
        #expect(try select(.names(["output.dense"])).count == 4)
    }

    @Test("a pattern must match the whole name")
    func patterns() throws {
        #expect(try select(.pattern(#".*layer\.1\..*(key|value)"#)).count == 2)
        #expect(throws: PEFTError.self) { try select(.pattern("query")) }
    }

    @Test("all-linear is every layer but the head")
    func allLinear() throws {
        let names = try select(.allLinear)
        #expect(names.count == 13)
        #expect(!names.contains("classifier"))
    }

    @Test("what matches nothing is an error with the nearest name and the layers that there are")
    func noMatch() throws {
        let error = try #require(throws: PEFTError.self) {
            try select(.names(["query", "vlaue", "c_attn", "classifier"]))
        }
        #expect(
            error.problems == [
                "target_modules `vlaue` matches no linear layer; did you mean `value`?",
                "target_modules `c_attn` matches no linear layer",
                "target_modules `classifier` is the head, which is trained in any case",
            ])
        let layer = "bert.encoder.layer.0…1"
        #expect(
            error.help
                == "the model's linear layers are \(layer).attention.self.query, \(layer).attention.self.key, "
                + "\(layer).attention.self.value, \(layer).attention.output.dense, \(layer).intermediate.dense, "
                + "\(layer).output.dense, bert.pooler.dense")
    }

    @Test("a pattern that is no regular expression is refused with the reason")
    func invalidPattern() throws {
        let error = try #require(throws: PEFTError.self) { try select(.pattern("(query")) }
        #expect(error.problems.first?.hasPrefix("target_modules `(query` is no regular expression: ") == true)
    }

    @Test("PEFT's spellings are read")
    func spellings() {
        #expect(TargetModules(["query", "value"]) == .names(["query", "value"]))
        #expect(TargetModules("all-linear") == .allLinear)
        #expect(TargetModules(".*query") == .pattern(".*query"))
        #expect(TargetModules([]) == nil)
        #expect(TargetModules(["query", 1]) == nil)
        #expect(TargetModules(3) == nil)
    }

    private func select(_ targets: TargetModules) throws -> [String] {
        try ModuleSelection(targetModules: targets).select(in: try tinyBERT()).map(\.name)
    }
}
