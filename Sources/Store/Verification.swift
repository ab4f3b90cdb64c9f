import JSONValues
import SystemPackage

/// What is found when all of a store is read and compared with its names.
package struct Verification: Sendable {
    /// Something that is not what its name says.
    package struct Fault: Sendable, Hashable {
        package enum Kind: String, Sendable { case object, trace }

        package let kind: Kind
        package let name: String
        /// The kind of stage that made it; empty where no trace tells.
        package let origin: String
        /// What is wrong, in words.
        package let message: String
    }

    package private(set) var objects = 0
    package private(set) var traces = 0
    /// All files of all objects.
    package private(set) var bytes = 0
    package private(set) var faults: [Fault] = []

    /// Reads every trace and every file of every object.
    ///
    /// - Parameters:
    ///   - setsAside: whether damaged objects are moved out of the way, so that the next run computes them again.
    ///   - progress: is told the bytes that were read, of how many.
    /// - Throws: ``StoreError`` where something is there and cannot be read.
    package init(
        of store: Store, setsAside: Bool, progress: (_ completed: Int, _ total: Int) -> Void = { _, _ in }
    ) throws {
        var origins: [ContentDigest: String] = [:]
        var named: [(digest: ContentDigest, trace: String, origin: String)] = []
        for (name, _) in try store.entries(of: "traces") {
            guard let key = StoreKey(hexadecimal: name.split(separator: ".")[0]) else { continue }
            traces += 1
            guard let trace = store.trace(for: key) else {
                faults.append(Fault(kind: .trace, name: key.hexadecimal, origin: "", message: "it cannot be read"))
                continue
            }
            let origin = trace.components["kind"].stringValue ?? ""
            for digest in trace.outputs.values {
                origins[digest] = origin
                named.append((digest, key.hexadecimal, origin))
            }
        }

        let entries = try store.entries(of: "objects").compactMap { name, path in
            ContentDigest(hexadecimal: name).map { ($0, Store.bytes(below: path)) }
        }
        bytes = entries.reduce(0) { $0 + $1.1 }
        var completed = 0
        var present: Set<ContentDigest> = []
        for (digest, size) in entries {
            objects += 1
            present.insert(digest)
            if case .damaged(let damage) = try store.verify(digest) {
                faults.append(
                    Fault(
                        kind: .object, name: digest.hexadecimal, origin: origins[digest] ?? "", message: damage))
                if setsAside { try store.setAside(digest) }
            }
            completed += size
            progress(completed, bytes)
        }
        // What was made since the objects were listed is no fault.
        for (digest, trace, origin) in named where !present.contains(digest) {
            guard case .missing = try store.object(digest) else { continue }
            faults.append(
                Fault(kind: .trace, name: trace, origin: origin, message: "its output \(digest.short) is gone"))
        }
    }
}
