import Foundation
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
                let feeders = declarations.filter { types.contains($0.output) }
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

    @Test("the reference page is what the declarations say")
    func reference() throws {
        let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "docs/pipeline-reference.md")
        let written = try String(contentsOf: page, encoding: .utf8)
        #expect(
            written == StageCatalogue.standard.referencePage,
            "make it anew: peft-pipeline stages --format markdown > docs/pipeline-reference.md")
    }
}
