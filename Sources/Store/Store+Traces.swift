package import JSONValues
package import SystemPackage

/// Whether a computation's results are at hand.
package enum Lookup: Sendable {
    /// The trace, and its artifacts by the names of the outputs.
    case hit(Trace, [String: StoredObject])
    case miss(Miss)
}

/// Why a computation's results are not at hand.
package enum Miss: Sendable, Hashable, CustomStringConvertible {
    /// It was never computed, or its results were collected.
    case unknown
    /// The trace cannot be read.
    case damagedTrace
    /// An output's artifact is gone.
    case missingObject(output: String, ContentDigest)
    /// An output's artifact is not what its name says, and is set aside; in words, what is wrong with it.
    case damagedObject(output: String, ContentDigest, String)

    /// Whether this is a fault that people should be told of.
    package var isFault: Bool { self != .unknown }

    package var description: String {
        switch self {
        case .unknown: "not computed yet"
        case .damagedTrace: "the record of its last computation is damaged"
        case .missingObject(let output, let digest): "the stored output `\(output)` (\(digest.short)) is gone"
        case .damagedObject(let output, let digest, let damage):
            "the stored output `\(output)` (\(digest.short)) is damaged: \(damage)"
        }
    }
}

extension Store {
    /// The results of a computation, each checked as ``object(_:)`` does. A damaged one is set aside.
    ///
    /// - Parameter components: what the key was made of, if that is at hand: to compare is less work than to spell a
    ///   trace's components again.
    /// - Throws: ``StoreError`` where something is there and cannot be read.
    package func lookUp(_ key: StoreKey, components: JSONValue? = nil) throws -> Lookup {
        // Before it is read: a collection that goes on beside this sees the use, or this sees that the trace is gone.
        operations.touch(layout.trace(key).path)
        guard let bytes = try readIfPresent(layout.trace(key).path) else { return .miss(.unknown) }
        guard let trace = trace(key, from: bytes, components: components) else { return .miss(.damagedTrace) }
        var objects: [String: StoredObject] = [:]
        for (output, digest) in trace.outputs.sorted(by: { $0.key < $1.key }) {
            switch try object(digest) {
            case .intact(let object): objects[output] = object
            case .missing: return .miss(.missingObject(output: output, digest))
            case .damaged(let damage):
                // In a store that cannot be written to it stays, and is found damaged again.
                try? setAside(digest)
                return .miss(.damagedObject(output: output, digest, damage))
            }
        }
        return .hit(trace, objects)
    }

    /// What is recorded of a computation, whether or not its artifacts are still there. Nil where nothing is, or it
    /// cannot be read.
    package func trace(for key: StoreKey) -> Trace? {
        guard let bytes = try? readIfPresent(layout.trace(key).path) else { return nil }
        return trace(key, from: bytes)
    }

    private func trace(_ key: StoreKey, from bytes: [UInt8], components: JSONValue? = nil) -> Trace? {
        guard let json = try? JSONValue(parsing: bytes) else { return nil }
        let known = components.map { $0 == json["components"] } ?? false
        guard let trace = Trace(json: json, key: known ? key : nil), trace.key == key else { return nil }
        return trace
    }

    /// Records a computation, after its outputs are inserted, and removes its work folder. A trace of the same key
    /// is replaced.
    ///
    /// - Throws: ``StoreError`` for what the operating system refuses, `JSONWritingError` for a number that is not finite.
    package func record(_ trace: Trace, under lock: KeyLock) throws {
        try publish(trace)
        do {
            try discardWork(under: lock)
        } catch is StoreError {
            // The result is recorded; a later run clears up.
        }
    }

    /// Gives a trace its name once its bytes and the names of its outputs are on the disk.
    func publish(_ trace: Trace) throws {
        try publish(
            try trace.bytes, at: layout.trace(trace.key),
            after: Set(trace.outputs.values.map { layout.object($0).folder }))
    }

    // MARK: Work

    /// The folder in which a computation is under way. It and what is in it survive the end of the process, so that
    /// the next attempt can go on from a checkpoint; ``record(_:under:)`` removes it.
    package func workFolder(under lock: KeyLock) throws -> FilePath {
        let folder = workPath(lock)
        try operations.createFolder(folder)
        return folder
    }

    /// Removes the work folder, so that the computation begins anew.
    package func discardWork(under lock: KeyLock) throws {
        try discard(workPath(lock))
    }

    /// Removes the work folders of computations that are recorded and under way no more: their process was killed
    /// before it came to it.
    static func removeFinishedWork(_ layout: StoreLayout, _ operations: FileOperations) {
        for name in (try? FileTree.names(in: layout.work)) ?? [] {
            guard let key = StoreKey(hexadecimal: name.string), (try? layout.trace(key).path.stat()) != nil,
                case .acquired(let lock) = try? FileLock.attempt(layout.lock(key).path, note: "")
            else { continue }
            try? operations.remove(layout.work.appending(name))
            lock.release()
        }
    }

    private func workPath(_ lock: KeyLock) -> FilePath {
        layout.work.appending(lock.workName)
    }
}
