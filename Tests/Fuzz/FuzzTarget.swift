import Foundation

/// The files of one input, by name.
typealias FuzzInput = [String: [UInt8]]

/// A reader of files that is to be tried.
struct FuzzTarget {
    let name: String
    /// Inputs that are in order, or nearly; each is damaged many times.
    let seeds: [FuzzInput]
    /// Files of an input that are damaged; the others stay as they are.
    let damagedFiles: [String]
    /// How a file of this target is damaged beyond its bytes.
    let structure: any StructuralMutation
    /// The most that memory may grow while an input of `bytes` is read: `factor · bytes + constant`.
    let growth: (factor: Int, constant: Int)
    /// Reads the input, whose files are also in the folder.
    ///
    /// - Throws: why it is refused.
    let read: (_ input: FuzzInput, _ folder: String) throws -> Void
    /// Whether an error is one of the reader's own, made for people to read.
    let isOwnError: (any Error) -> Bool
}

enum FuzzTargets {
    private static let all: [(name: String, make: @Sendable () throws -> FuzzTarget)] = [
        ("json", JSONTarget.make), ("safetensors", SafetensorsTarget.make), ("tokenizer", TokenizerTarget.make),
        ("configuration", ConfigurationTarget.make), ("adapter", AdapterTarget.make),
        ("chat-template", ChatTemplateTarget.make), ("pipeline", PipelineTarget.make), ("recipe", RecipeTarget.make),
        ("report", ReportTarget.make),
    ]

    static var names: [String] { all.map(\.name) }

    static func named(_ name: String) -> (() throws -> FuzzTarget)? {
        all.first { $0.name == name }?.make
    }
}

/// The files beside the tests.
enum Goldens {
    static let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()

    static func bytes(_ path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: tests.appending(path: path)))
    }

    static func names(in path: String, suffix: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: tests.appending(path: path).path).sorted()
            .filter { $0.hasSuffix(suffix) }
    }
}
