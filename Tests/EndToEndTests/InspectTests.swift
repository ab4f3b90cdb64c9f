import Foundation
import JSONValues
import TestSupport
import Testing

@Suite("What inspect says", .ownThread)
struct InspectTests {
    private func inspect(_ path: String, in program: Program) throws -> (status: Int32, sections: [String: JSONValue]) {
        let ended = try program("inspect", path, "--json")
        let sections = try ended.output.split(separator: "\n").map { try JSONValue(parsing: $0) }
        return (
            ended.status, Dictionary(uniqueKeysWithValues: sections.map { ($0["is"].stringValue ?? "", $0) })
        )
    }

    @Test("of a model and its tokenizer: architecture, size, tasks")
    func model() throws {
        try TinyProject.with { project in
            let (status, sections) = try inspect("models/tiny", in: project.program)
            #expect(status == 0)
            #expect(sections["model"]?["facts"]["architecture"] == "bert")
            #expect(sections["model"]?["facts"]["classes"] == "bad, fair, good")
            #expect(sections["model"]?["facts"]["sizes"].stringValue?.contains("2 layers, 32 wide, 4 heads") == true)
            #expect(sections["tokenizer"]?["facts"]["vocabulary"] == "18")
        }
    }

    @Test("of an adapter: method, rank, modules, base")
    func adapter() throws {
        try withTemporaryFolder { folder in
            let golden = Program.packageFolder.appending(path: "Tests/PEFTTests/Golden/lora").path
            let (status, sections) = try inspect(golden, in: Program(folder: folder))
            #expect(status == 0)
            let facts = sections["adapter"]?["facts"] ?? [:]
            #expect(facts["method"] == "LORA")
            #expect(facts["settings"] == "r 3, lora_alpha 12")
            #expect(facts["modules"].stringValue?.contains("bert.encoder.layer.0…1.attention.self.query") == true)
            #expect(facts["fits inputs of"] == "32 components")
        }
    }

    @Test("of data: rows and columns")
    func data() throws {
        try TinyProject.with { project in
            let (_, sections) = try inspect(".", in: project.program)
            #expect(sections["data"]?["facts"]["rows.csv"].stringValue?.hasPrefix("91 lines") == true)
        }
    }

    @Test("of what is not supported: each thing, and exit code 1")
    func unsupported() throws {
        try TinyProject.with { project in
            let path = project.folder.appending(path: "models/tiny/config.json")
            let text = try String(contentsOf: path, encoding: .utf8)
            try project.write(
                text.replacing("\"hidden_act\": \"gelu\"", with: "\"hidden_act\": \"mish\", \"experts\": 8"),
                to: "models/tiny/config.json")
            let (status, sections) = try inspect("models/tiny", in: project.program)
            #expect(status == 1)
            let problems = sections["model"]?["problems"].arrayValue?.compactMap(\.stringValue) ?? []
            #expect(problems.contains { $0.contains("mish") })
            #expect(problems.contains { $0.contains("experts") })
        }
    }

    @Test("of a pickle: why it is not read, and how it is converted")
    func pickle() throws {
        try withTemporaryFolder { folder in
            try Data("x".utf8).write(to: folder.appending(path: "pytorch_model.bin"))
            let ended = try Program(folder: folder)("inspect", ".")
            #expect(ended.status == 2)
            #expect(ended.errors.contains("pytorch_model.bin is a pickle"))
            #expect(ended.errors.contains("save_pretrained"))
        }
    }
}
