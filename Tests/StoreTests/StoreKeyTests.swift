import JSONValues
import Store
import Testing

@Suite("Keys")
struct StoreKeyTests {
    let components: JSONValue = [
        "stage": "lora", "parameters": ["r": 8, "lora_dropout": 0.1, "target_modules": ["query", "value"]],
    ]

    /// From ManifestDigest.py.
    @Test("a key is the SHA-256 of its components' canonical JSON")
    func golden() throws {
        let key = try StoreKey(components: components)
        #expect(key.hexadecimal == "a154565544fc868bcabdfb0f76e1c9e9cced756ae5cbdb90ed2ba29a4b822956")
        #expect(StoreKey(hexadecimal: key.hexadecimal) == key)
    }

    @Test("one number spelled in two ways is one key, and every other change is another")
    func differences() throws {
        var whole = components
        whole["parameters"]["r"] = 8.0
        #expect(try StoreKey(components: whole) == StoreKey(components: components))
        var changed = components
        changed["parameters"]["r"] = 16
        #expect(try StoreKey(components: changed) != StoreKey(components: components))
    }

    @Test("text that is no key is refused", arguments: ["", "abc", String(repeating: "A", count: 64), "../../etc"])
    func refused(text: String) {
        #expect(StoreKey(hexadecimal: text) == nil)
        #expect(ContentDigest(hexadecimal: text) == nil)
    }
}
