import Foundation
import JSONValues
import Testing

@testable import Tokenizers

/// What normalizers, pre-tokenizers and the classes of patterns make of each scalar, by digests over most of Unicode.
@Suite("Each component's Unicode is the reference's")
struct ScalarClassTests {
    struct Component: CustomTestStringConvertible {
        var name: String
        var normalizer: JSONValue
        var preTokenizer: JSONValue
        var digest: String

        var testDescription: String { name }

        static func all() throws -> [Component] {
            try rows().dropFirst().map { row in
                Component(
                    name: row["name"].stringValue ?? "", normalizer: row["normalizer"],
                    preTokenizer: row["pre_tokenizer"], digest: row["digest"].stringValue ?? "")
            }
        }
    }

    private static func rows() throws -> [JSONValue] {
        try #require(try JSONValue(parsing: Golden.data("classes.json")).arrayValue)
    }

    /// `a`, a scalar and a line feed, for each scalar of the ranges.
    private static let text = Result {
        var text = String.UnicodeScalarView()
        for range in try #require(try rows().first?["ranges"].arrayValue) {
            let bounds = (range.arrayValue ?? []).compactMap(\.intValue)
            for value in bounds[0]..<bounds[1] {
                text += ["a", try #require(Unicode.Scalar(UInt32(value))), "\n"]
            }
        }
        return String(text)
    }

    @Test("A text with each scalar becomes the reference's", arguments: try Component.all())
    func component(_ component: Component) throws {
        var workspace = Workspace(tracksSources: false)
        workspace.text.reset(to: try Self.text.get())
        var digest = Digest()
        if component.preTokenizer.isNull {
            let node = JSONNode(component.normalizer, file: "t.json")
            try NormalizerKind.read(node).normalize(&workspace)
            digest.add(workspace.text.bytes)
        } else {
            workspace.words = [workspace.text.bytes.indices]
            try PreTokenizerKind.read(JSONNode(component.preTokenizer, file: "t.json")).split(&workspace)
            for word in workspace.words {
                digest.add(workspace.text.bytes[word])
                digest.add([0xFF])
            }
        }
        #expect(digest.description == component.digest)
    }
}
