import Foundation
import JSONValues
import Testing
import Tokenizers

/// One small tokenizer a family, variants of it with each component, and digests of what the reference makes of texts
/// with them.
@Suite("Families of tokenizers")
struct FamilyTests {
    struct Variant: CustomTestStringConvertible {
        var file: String
        var name: String
        var change: JSONValue
        /// For each text; `error` where the reference throws one, `panic` where it fails to.
        var digests: [String]
        var texts: [String]

        var testDescription: String { "\(file): \(name)" }

        static func all() throws -> [Variant] {
            let rows = try JSONValue(parsing: Golden.data("families.json")).arrayValue ?? []
            func strings(_ value: JSONValue?) -> [String] { value?.arrayValue?.compactMap(\.stringValue) ?? [] }
            let texts = strings(rows.first?["texts"])
            return rows.dropFirst().map { row in
                Variant(
                    file: row["file"].stringValue ?? "", name: row["name"].stringValue ?? "", change: row["change"],
                    digests: strings(row["digests"]), texts: texts)
            }
        }
    }

    @Test("Each variant gives what the reference gives", arguments: try Variant.all())
    func variants(_ variant: Variant) throws {
        let description = try JSONValue(parsing: Golden.data(variant.file + "-tokenizer.json"))
        let json = Array(try description.changed(by: variant.change).pretty.utf8)
        let tokenizer = try Tokenizer(json: json, file: "\(variant.name).json")
        try #require(variant.digests.count == variant.texts.count && variant.texts.count > 50)
        for (index, (text, expected)) in zip(variant.texts, variant.digests).enumerated() {
            let pair = variant.texts[index == 0 ? variant.texts.count - 1 : index - 1]
            let actual = Self.digest(tokenizer, text, pair)
            if expected != "panic" { #expect(actual == expected, "\(index): \(text.debugDescription)") }
        }
    }

    private static func digest(_ tokenizer: Tokenizer, _ text: String, _ pair: String) -> String {
        var digest = Digest()
        do {
            let single = try tokenizer.encode(text, withOffsets: true)
            let both = try tokenizer.encode(text, pair: pair, withOffsets: true)
            for encoding in [single, both] {
                for (index, offsets) in (encoding.offsets ?? []).enumerated() {
                    digest.add(encoding.ids[index])
                    digest.add(encoding.typeIDs[index])
                    digest.add(Int32(offsets.lowerBound))
                    digest.add(Int32(offsets.upperBound))
                }
            }
            for skips in [false, true] { digest.add(try tokenizer.decode(both.ids, skipSpecialTokens: skips).utf8) }
        } catch {
            return "error"
        }
        return digest.description
    }
}

extension JSONValue {
    /// This description with another's keys in the place of its own, and so within a component, unless the change names
    /// another type.
    func changed(by change: JSONValue) -> JSONValue {
        var description = self
        for (key, value) in change.objectValue ?? [:] {
            if let members = value.objectValue, members["type"] == nil {
                for (name, member) in members { description[key][name] = member }
            } else {
                description[key] = value
            }
        }
        return description
    }
}
