import Foundation
import JSONValues
import Recipes
import Store

/// The reader of recipes: whatever an archive says, nothing is written but into the new folder, and nothing is left of one
/// that is refused.
enum RecipeTarget {
    private static let file = "x.recipe"

    static func make() throws -> FuzzTarget {
        let small = try archive([("p.yaml", "version: 1\nname: x\n"), ("data/rows.csv", "text,label\na,0\n")])
        let lone = try archive([("p.yaml", "")])
        let deep = try archive([
            ("p.yaml", "x"), ("a/b/c/d/e/f", String(repeating: "text ", count: 300)), ("a/b/g", ""),
        ])
        return FuzzTarget(
            name: "recipe", seeds: [[file: small], [file: lone], [file: deep]], damagedFiles: [file],
            structure: RecipeMutation(), growth: (256, 32 << 20),
            read: { _, folder in
                let target = folder + "/new"
                defer { remove(target) }
                do {
                    _ = try RecipeReader(folder + "/" + file).unpack(into: target, storeName: ".peft-pipeline")
                } catch {
                    let left = try names(in: folder)
                    guard left == [file] else { throw Unsound("it left \(left) of \(error)") }
                    throw error
                }
                let left = try names(in: folder)
                guard left == ["new", file] else { throw Unsound("it left \(left)") }
            }, isOwnError: { $0 is RecipeError || $0 is StoreError })
    }

    /// All but what the campaign itself keeps there.
    private static func names(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0 != ".progress" }.sorted()
    }

    private static func archive(_ files: [(path: String, text: String)]) throws -> [UInt8] {
        let list: [JSONValue] = files.map { path, text in
            [
                "path": .string(path), "size": .int(text.utf8.count),
                "sha256": .string(ContentDigest(of: text.utf8).hexadecimal),
            ]
        }
        let json: JSONValue = [
            "recipe": 1, "tool": "0", "pipeline": "p.yaml", "missing": [], "files": .array(list),
        ]
        let all = [("recipe.json", try json.canonical)] + files
        return try all.flatMap { path, text in
            let header = TarHeader(path: path, size: text.utf8.count)
            return try header.bytes() + Array(text.utf8) + [UInt8](repeating: 0, count: header.padding)
        } + [UInt8](repeating: 0, count: 1024)
    }

    private static func remove(_ folder: String) {
        let files = FileManager.default
        for case let name as String in files.enumerator(atPath: folder) ?? .init() {
            try? files.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder + "/" + name)
        }
        try? files.removeItem(atPath: folder)
    }

    /// What no input may bring about, so it is a finding.
    private struct Unsound: Error {
        let what: String
        init(_ what: String) { self.what = what }
    }
}
