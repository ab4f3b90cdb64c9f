import Foundation
import JSONValues
import Testing

@Suite("JSON values")
struct JSONValueTests {
    let method: JSONValue = ["r": 8, "lora_dropout": 0.1, "target_modules": ["query", "value"], "bias": nil]

    @Test("parts are read by key and index, and what is absent reads as null")
    func reading() {
        #expect(method["r"].intValue == 8)
        #expect(method["r"].doubleValue == 8)
        #expect(method["lora_dropout"].intValue == nil)
        #expect(method["target_modules"][1].stringValue == "value")
        #expect(method["target_modules"][2].isNull)
        #expect(method["target_modules"][-1].isNull)
        #expect(method["absent"]["deeper"][0] == nil)
        #expect(method["r"].stringValue == nil)
    }

    @Test("a member is set, and what is no object becomes one")
    func writing() {
        var value = method
        value["r"] = 16
        value["nested"]["key"] = true
        #expect(value["r"] == 16)
        #expect(value["nested"] == ["key": true])
    }

    @Test("Codable types embed JSON values")
    func codable() throws {
        struct Record: Codable, Equatable {
            var parameters: JSONValue
        }
        let record = Record(parameters: ["a": [1, 2.5, "x", true, nil, [:]]])
        let data = try JSONEncoder().encode(record)
        #expect(try JSONDecoder().decode(Record.self, from: data) == record)
        #expect(try JSONValue(parsing: data) == ["parameters": record.parameters])
    }
}
