import Foundation
import JSONValues
import StageInterface
import Testing

@testable import Stages

@Suite("The catalogue")
struct CatalogueTests {
    private let declarations = StageCatalogue.standard.declarations

    @Test("kinds, and the parameters and inputs of each, have names of their own")
    func names() {
        #expect(Set(declarations.map(\.kind)).count == declarations.count)
        for declaration in declarations {
            #expect(Set(declaration.parameters.map(\.name)).count == declaration.parameters.count)
            #expect(Set(declaration.inputs.map(\.name)).count == declaration.inputs.count)
        }
    }

    @Test("what is inherited is a parameter of a stage that can feed the input")
    func inheritance() {
        for declaration in declarations {
            for parameter in declaration.parameters {
                guard case .inherited(let input, let source) = parameter.defaultValue else { continue }
                let types = declaration.input(named: input)?.types ?? []
                let feeders = declarations.filter { feeder in
                    if case .always(let type) = feeder.output { types.contains(type) } else { false }
                }
                #expect(!feeders.isEmpty, "\(declaration.kind).\(parameter.name)")
                for feeder in feeders { #expect(feeder.parameter(named: source) != nil, "\(feeder.kind).\(source)") }
            }
        }
    }

    @Test("defaults satisfy their own declarations")
    func defaults() {
        for declaration in declarations {
            for parameter in declaration.parameters {
                guard case .value(let value) = parameter.defaultValue else { continue }
                #expect(parameter.type.resolve(value, at: [parameter.name]).problems.isEmpty, "\(parameter.name)")
            }
        }
    }

    private static let project = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    @Test("the reference page is what the declarations say")
    func reference() throws {
        let page = Self.project.appending(path: "docs/pipeline-reference.md")
        let written = try String(contentsOf: page, encoding: .utf8)
        #expect(
            written == StageCatalogue.standard.referencePage,
            "make it anew: peft-pipeline stages --format markdown > docs/pipeline-reference.md")
    }

    @Test("the JSON Schema is what the declarations say, and every pipeline names it to editors")
    func schema() throws {
        let file = Self.project.appending(path: "docs/pipeline.schema.json")
        let written = try String(contentsOf: file, encoding: .utf8)
        let schema = try StageDeclaration.jsonSchema(for: declarations).pretty
        #expect(
            written == schema + "\n",
            "make it anew: peft-pipeline stages --format schema > docs/pipeline.schema.json")
        let folder = Self.project.appending(path: "pipelines")
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) where name.hasSuffix(".yaml") {
            let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
            #expect(text.hasPrefix("# yaml-language-server: $schema=../docs/pipeline.schema.json\n"), "\(name)")
        }
    }

    @Test("a fragment's schema leads to parts of a pipeline's, and every fragment names it to editors")
    func fragmentSchema() throws {
        let schema = try StageDeclaration.jsonSchema(for: declarations)
        let file = Self.project.appending(path: "docs/fragment.schema.json")
        let fragment = try JSONValue(parsing: String(contentsOf: file, encoding: .utf8))
        let properties = try #require(fragment["properties"].objectValue)
        #expect(Set(properties.keys) == ["params", "include", "stages"])
        for (name, property) in properties {
            #expect(property["$ref"].stringValue == "pipeline.schema.json#/properties/\(name)")
            #expect(schema["properties"][name] != .null, "\(name)")
        }
        let folder = Self.project.appending(path: "pipelines/parts")
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
            #expect(text.hasPrefix("# yaml-language-server: $schema=../../docs/fragment.schema.json\n"), "\(name)")
        }
    }
}
