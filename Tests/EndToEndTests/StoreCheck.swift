import Foundation
import JSONValues
import Store
import Testing

/// Looks at a project's store from outside, without opening it: looking must not put anything right.
struct StoreCheck {
    let root: URL

    init(root: URL) { self.root = root }

    init(of project: TinyProject) { root = project.folder.appending(path: ".peft-pipeline") }

    /// All that is visible is whole: each object is what its manifest says, each trace names objects that are there.
    func expectWhole(_ comment: Comment) throws {
        var objects: Set<String> = []
        for folder in try nested("objects") {
            let manifest = try Data(contentsOf: folder.appending(path: "manifest"))
            #expect(ContentDigest(of: manifest).hexadecimal == folder.lastPathComponent, comment)
            var expected: Set<String> = []
            for line in manifest.split(separator: UInt8(ascii: "\n")).dropFirst() {
                let entry = try JSONValue(parsing: Array(line))
                let name = entry["path"].stringValue ?? ""
                let bytes = try Data(contentsOf: folder.appending(path: "files/\(name)"))
                #expect(ContentDigest(of: bytes).hexadecimal == entry["sha256"].stringValue, comment)
                expected.insert(name)
            }
            #expect(try files(in: folder.appending(path: "files")) == expected, comment)
            objects.insert(folder.lastPathComponent)
        }
        for trace in try nested("traces") {
            let json = try JSONValue(parsing: Data(contentsOf: trace))
            let outputs = (json["outputs"].objectValue ?? [:]).values.compactMap(\.stringValue)
            #expect(!outputs.isEmpty && outputs.allSatisfy(objects.contains), comment)
        }
    }

    /// Nothing that only a running process needs is left.
    func expectTidy(_ comment: Comment) throws {
        #expect(try names("work") == [], comment)
        #expect(try names("locks") == [], comment)
        #expect(try names("tmp") == [], comment)
        #expect(try names("damaged") == [], comment)
    }

    func names(_ folder: String) throws -> [String] {
        let path = root.appending(path: folder).path
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    }

    /// What lies two levels below a folder of the store.
    func nested(_ folder: String) throws -> [URL] {
        try names(folder).flatMap { prefix in
            try names("\(folder)/\(prefix)").map { root.appending(path: "\(folder)/\(prefix)/\($0)") }
        }
    }

    private func files(in folder: URL) throws -> Set<String> {
        let names = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
        return Set(
            names.filter { name in
                var isFolder: ObjCBool = false
                _ = FileManager.default.fileExists(atPath: folder.path + "/" + name, isDirectory: &isFolder)
                return !isFolder.boolValue
            })
    }
}

/// The processes that work for a project: those that have its folder among their arguments.
enum Processes {
    static func workers(in project: TinyProject) -> [Int32] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        let folder = project.folder.path + "/.peft-pipeline"
        return names.compactMap { Int32($0) }.filter { process in
            // Of one that ended and was not waited for there is no command line any more.
            guard let data = FileManager.default.contents(atPath: "/proc/\(process)/cmdline") else { return false }
            return String(decoding: data, as: UTF8.self).contains(folder)
        }
    }
}

struct TooLong: Error { let what: String }

func waitUntil(_ what: String, seconds: Int = 30, _ condition: () -> Bool) throws {
    let end = ContinuousClock.now + .seconds(seconds)
    while !condition() {
        guard ContinuousClock.now < end else { throw TooLong(what: what) }
        usleep(2_000)
    }
}
