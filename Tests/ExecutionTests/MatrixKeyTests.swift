import Pipelines
import Testing

@testable import Execution

@Suite("Keys of instances")
struct MatrixKeyTests {
    private static let sweep = """
        version: 1
        name: sweep
        stages:
          rows: {uses: source, with: {path: rows.txt}}
          short: {uses: trim, from: {text: rows}, matrix: {keep: [3, 4]}, with: {keep: $(keep)}}
          adapter: {uses: train, from: {text: short}, with: {epochs: 2}}

        """

    @Test("an instance is a hit for the same stage written by hand, and the other way round")
    func byHand() async throws {
        try await Laboratory.with { laboratory in
            let swept = try await laboratory.run(Self.sweep)
            #expect(
                swept.stages(.ran) == [
                    "rows", "short[keep=3]", "short[keep=4]", "adapter[keep=3]", "adapter[keep=4]",
                ])
            let byHand = Self.sweep.replacing("matrix: {keep: [3, 4]}, with: {keep: $(keep)}", with: "with: {keep: 4}")
            let ran = try await laboratory.run(byHand)
            #expect(ran.stages(.hit) == ["rows", "short", "adapter"])
            #expect(ran["adapter"]?.digest == swept["adapter[keep=4]"]?.digest)
            #expect(swept["adapter[keep=3]"]?.digest != swept["adapter[keep=4]"]?.digest)
        }
    }

    @Test("a further value runs that instance only")
    func further() async throws {
        try await Laboratory.with { laboratory in
            _ = try await laboratory.run(Self.sweep)
            let more = try await laboratory.run(Self.sweep.replacing("[3, 4]", with: "[5, 4, 3]"))
            #expect(more.stages(.ran) == ["short[keep=5]", "adapter[keep=5]"])
        }
    }
}
