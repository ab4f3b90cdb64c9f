import JSONValues
import Store
import SystemPackage

/// A stage to compute in tests: its key depends on `r`.
struct StageSample: Codable {
    var r = 8

    static let sample = StageSample()

    var components: JSONValue {
        ["stage": "lora", "parameters": ["r": .int(r), "lora_dropout": 0.1]]
    }

    func trace(outputs: [String: ContentDigest]) throws -> Trace {
        try Trace(
            components: components, outputs: outputs, metrics: ["accuracy": 0.875], duration: 1.5,
            created: "2026-03-01T12:00:00Z", toolVersion: "0.1.0")
    }
}

extension Store {
    /// Computes a stage as the executor does: takes the lock, looks again, writes into the work folder, takes the
    /// output in, records it.
    @discardableResult
    func compute(_ stage: StageSample, _ files: [String: String]) async throws -> Trace {
        let lock = try await lock(StoreKey(components: stage.components), run: "test")
        if case .hit(let trace, _) = try lookUp(lock.key) { return trace }
        let output = try workFolder(under: lock).appending("output")
        try TemporaryFolder.write(files, in: output)
        let object = try insert(directory: output)
        let trace = try stage.trace(outputs: ["output": object.digest])
        try record(trace, under: lock)
        return trace
    }

    func isHit(_ key: StoreKey) throws -> Bool {
        if case .hit = try lookUp(key) { true } else { false }
    }

    /// The digests of all objects that are visible.
    func allObjects() throws -> [ContentDigest] {
        let folder = root.appending("objects")
        let prefixes = (try? names(in: folder)) ?? []
        return try prefixes.flatMap { try names(in: folder.appending($0)) }.compactMap {
            ContentDigest(hexadecimal: $0)
        }
    }
}
