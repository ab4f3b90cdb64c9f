import Testing

@testable import Pipelines

@Suite("Texts with $(…) in them")
struct ReferenceTextTests {
    @Test("a text without a reference stands for itself", arguments: ["", "a", "$", "$name", "a(b)$", "$ (x)"])
    func plain(text: String) {
        #expect(ReferenceText(text) == nil)
    }

    @Test("references have their place in Unicode scalars")
    func places() {
        #expect(
            ReferenceText("é$(a)-$(b)")?.pieces == [
                .text("é"), .reference("a", offset: 1, length: 4), .text("-"),
                .reference("b", offset: 6, length: 4),
            ])
    }

    @Test("$$( is $( itself")
    func escape() {
        #expect(ReferenceText("$$(a)")?.pieces == [.text("$(a)")])
        #expect(ReferenceText("$$(a) $(a)")?.pieces == [.text("$(a) "), .reference("a", offset: 6, length: 4)])
    }

    @Test("a reference that nothing closes reaches to the end")
    func unterminated() {
        #expect(ReferenceText("a$(b")?.pieces == [.text("a"), .unterminated(offset: 1, length: 3)])
    }
}
