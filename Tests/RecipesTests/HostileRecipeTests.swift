import Foundation
import JSONValues
import Store
import TestSupport
import Testing

@testable import Recipes

/// Recipes that someone made by hand to do harm.
@Suite("Hostile recipes")
struct HostileRecipeTests {
    /// An archive whose list says what it has, unless told otherwise.
    private struct Archive {
        var files: [(path: String, text: String)] = [("p.yaml", "version: 1\n")]
        var listed: [(path: String, size: Int, digest: String)]?
        var pipeline = "p.yaml"
        var extra: [UInt8] = []
        var isCut = false

        func bytes() throws -> [UInt8] {
            let list =
                listed
                ?? files.map { ($0.path, $0.text.utf8.count, ContentDigest(of: $0.text.utf8).hexadecimal) }
            let json: JSONValue = [
                "recipe": 1, "tool": "0", "pipeline": .string(pipeline), "missing": [],
                "files": .array(
                    list.map { ["path": .string($0.0), "size": .int($0.1), "sha256": .string($0.2)] }),
            ]
            var bytes = try Self.entry("recipe.json", try json.canonical)
            for file in files { bytes += try Self.entry(file.path, file.text) }
            bytes += extra + [UInt8](repeating: 0, count: 1024)
            return isCut ? Array(bytes.prefix(bytes.count - 1600)) : bytes
        }

        static func entry(_ path: String, _ text: String) throws -> [UInt8] {
            let header = TarHeader(path: path, size: text.utf8.count)
            return try header.bytes() + Array(text.utf8) + [UInt8](repeating: 0, count: header.padding)
        }
    }

    /// Tries to unpack; afterwards the folder must hold what it held before.
    private func refusal(_ bytes: [UInt8], limits: RecipeLimits = RecipeLimits()) throws -> String {
        var message = ""
        try withTemporaryFolder { folder in
            let recipe = folder.appending(path: "x.recipe")
            try Data(bytes).write(to: recipe)
            try Data("mine".utf8).write(to: folder.appending(path: "mine"))
            do {
                _ = try RecipeReader(recipe.path, limits: limits).unpack(
                    into: folder.appending(path: "new").path, storeName: ".peft-pipeline")
                Issue.record("it was unpacked")
            } catch {
                message = "\(error)"
            }
            let left = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
            #expect(left == ["mine", "x.recipe"])
            #expect(try String(contentsOf: folder.appending(path: "mine"), encoding: .utf8) == "mine")
        }
        return message
    }

    @Test("one as it should be is unpacked")
    func sound() throws {
        try withTemporaryFolder { folder in
            let recipe = folder.appending(path: "x.recipe")
            try Data(try Archive(files: [("p.yaml", "a"), ("d/e/f", "b")]).bytes()).write(to: recipe)
            let target = folder.appending(path: "new")
            let manifest = try RecipeReader(recipe.path).unpack(into: target.path, storeName: ".peft-pipeline")
            #expect(manifest.files.count == 2)
            #expect(try String(contentsOf: target.appending(path: "d/e/f"), encoding: .utf8) == "b")
            #expect(throws: RecipeError.self) {
                try RecipeReader(recipe.path).unpack(into: target.path, storeName: ".peft-pipeline")
            }
        }
    }

    @Test(
        "paths that lead elsewhere",
        arguments: [
            "/etc/cron.d/x", "../mine", "a/../../mine", "a/./b", "a//b", "..", ".", "", ".peft-pipeline/format",
            "a/\u{0}b", "a\\b", "recipe.json", "a\nb", String(repeating: "a/", count: 80) + "b",
        ])
    func paths(path: String) throws {
        // The list alone gives it away, whatever the archive's own entries are called.
        let archive = Archive(
            files: [("p.yaml", "x"), ("q", "y")],
            listed: [
                ("p.yaml", 1, ContentDigest(of: "x".utf8).hexadecimal),
                (path, 1, ContentDigest(of: "y".utf8).hexadecimal),
            ])
        let message = try refusal(try archive.bytes())
        #expect(message.contains("would not lie in") || message.contains("can't be read"), "\(message)")
    }

    @Test("links and other kinds of entries")
    func links() throws {
        for kind in ["1", "2", "3", "4", "5", "6", "L", "x"] {
            var entry = try Archive.entry("q", "")
            entry[156] = Array(kind.utf8)[0]
            entry.replaceSubrange(157..<168, with: Array("/etc/passwd".utf8))
            let sum = entry.prefix(512).enumerated().reduce(0) {
                $0 + ((148..<156).contains($1.offset) ? 32 : Int($1.element))
            }
            let digits = String(sum, radix: 8)
            entry.replaceSubrange(
                148..<154, with: Array((String(repeating: "0", count: 6 - digits.count) + digits).utf8))
            #expect(try refusal(try Archive(extra: entry).bytes()).contains("is a link"), "\(kind)")
        }
    }

    @Test("what is not in the list, twice, of another size, of other content, or cut off")
    func list() throws {
        #expect(try refusal(try Archive(extra: Archive.entry("q", "x")).bytes()).contains("not in its list"))
        #expect(try refusal(try Archive(extra: Archive.entry("p.yaml", "version: 1\n")).bytes()).contains("twice"))
        let digest = ContentDigest(of: "x".utf8).hexadecimal
        #expect(
            try refusal(try Archive(files: [("p.yaml", "xx")], listed: [("p.yaml", 1, digest)]).bytes())
                .contains("another size"))
        #expect(
            try refusal(try Archive(files: [("p.yaml", "y")], listed: [("p.yaml", 1, digest)]).bytes())
                .contains("is not what the recipe's list says"))
        #expect(
            try refusal(
                try Archive(listed: [("p.yaml", 1, digest), ("q", 1, digest)]).bytes()
            ).contains("another size"))
        #expect(
            try refusal(try Archive(files: [("p.yaml", "x"), ("a", "y"), ("a/b", "z")]).bytes())
                .contains("as a file and as a folder"))
        #expect(try refusal(try Archive(pipeline: "q.yaml").bytes()).contains("not among its files"))
        #expect(try refusal(try Archive(isCut: true).bytes()).contains("ends too early"))
        #expect(try refusal([]).contains("ends too early"))
        #expect(try refusal(Array("hello".utf8) + [UInt8](repeating: 7, count: 2000)).contains("no recipe"))
        // A compressed archive might grow without end.
        #expect(try refusal([0x1f, 0x8b, 8, 0] + [UInt8](repeating: 1, count: 4000)).contains("no recipe"))
    }

    @Test("a million files, and more bytes than anyone wants")
    func bombs() throws {
        let digest = ContentDigest(of: "".utf8).hexadecimal
        let many = Archive(files: [], listed: (0..<1001).map { ("f\($0)", 0, digest) }, pipeline: "f0")
        #expect(try refusal(try many.bytes(), limits: RecipeLimits(files: 1000)).contains("more than 1000 files"))
        // A list of a million is larger than any list may be, and is not read.
        let line = #"{"path":"f000000","sha256":"\#(digest)","size":0},"#
        let list = try TarHeader(path: "recipe.json", size: 1_000_000 * line.utf8.count).bytes()
        #expect(try refusal(list + [UInt8](repeating: 0x20, count: 4096)).contains("too much"))
        let huge = Archive(files: [], listed: [("p.yaml", 1 << 60, digest)])
        #expect(try refusal(try huge.bytes()).contains("is larger than"))
        let overflowing = Archive(files: [], listed: [("p.yaml", .max, digest), ("q", .max, digest)])
        #expect(try refusal(try overflowing.bytes(), limits: RecipeLimits(bytes: .max)).contains("is larger than"))
    }

    @Test("results that are not what they say")
    func results() throws {
        let name = ContentDigest(of: "other".utf8).hexadecimal
        let object = Archive(files: [("p.yaml", "x"), ("results/objects/\(name)/a", "y")])
        #expect(try refusal(try object.bytes()).contains("is not what its name says"))
        let trace = Archive(files: [("p.yaml", "x"), ("results/traces/\(name).json", "{}")])
        #expect(try refusal(try trace.bytes()).contains("is not what its name says"))
    }
}
