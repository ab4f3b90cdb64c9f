import JSONValues
import Testing

@Suite("JSON whose keys keep their order")
struct OrderedJSONValueTests {
    private static func keys(_ value: OrderedJSONValue) -> [String] {
        value.objectValue?.entries.map(\.key) ?? []
    }

    @Test("Keys stand as they were written, at every level")
    func order() throws {
        let value = try OrderedJSONValue(parsing: #"{"z": 1, "a": {"y": [], "b": null}, "m": 2.5}"#)
        #expect(Self.keys(value) == ["z", "a", "m"])
        #expect(Self.keys(value["a"]) == ["y", "b"])
        #expect(value["z"].intValue == 1)
        #expect(value["absent"].isNull)
    }

    @Test("A new key goes behind the others; a known one keeps its place")
    func members() {
        var members = OrderedJSONValue.Members([(key: "b", value: .int(1)), (key: "a", value: .int(2))])
        members["b"] = .int(3)
        members["c"] = .bool(true)
        #expect(members.entries.map(\.key) == ["b", "a", "c"])
        #expect(members["b"]?.intValue == 3)
        members["b"] = nil
        #expect(members.entries.map(\.key) == ["a", "c"])
        #expect(members["c"]?.boolValue == true)
    }

    @Test("An unordered value gets its keys sorted")
    func sorting() {
        #expect(Self.keys(OrderedJSONValue(["b": 1, "a": 2, "é": 3, "Z": 4])) == ["Z", "a", "b", "é"])
    }

    @Test(
        "The errors are those of JSONValue",
        arguments: ["{\"a\": 1, \"a\": 2}", "[1,]", "{\"a\" 1}", "\"\\ud800\"", ""])
    func errors(text: String) {
        let error = #expect(throws: JSONParsingError.self) { try OrderedJSONValue(parsing: text) }
        #expect(error == #expect(throws: JSONParsingError.self) { try JSONValue(parsing: text) })
    }
}
