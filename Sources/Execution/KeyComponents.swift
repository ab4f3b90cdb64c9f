package import JSONValues
import StageInterface

/// What the key of a stage is made of, as a value that can be kept, compared and shown.
///
/// ```json
/// {"format": 1, "kind": "lora", "version": 1, "parameters": {"r": 8, …}, "inputs": {"tokens": "9f2c…"}}
/// ```
package struct KeyComponents: Sendable, Hashable {
    /// The version of this layout; raising it makes every stage run again.
    static let format = 1

    /// The key of a gathered artifact's digest.
    package static let digestKey = "digest"

    package private(set) var json: JSONValue

    package init(json: JSONValue) { self.json = json }

    /// - Parameters:
    ///   - parameters: resolved, with the digest of its content in the place of each path.
    ///   - inputs: the digest of each connected artifact; for an input that gathers, an object of them by stage.
    ///   - numerics: for a stage that computes.
    init(
        _ declaration: StageDeclaration, parameters: [String: JSONValue], inputs: JSONValue,
        numerics: NumericsClass?
    ) {
        var json: JSONValue = [
            "format": .int(Self.format), "kind": .string(declaration.kind), "version": .int(declaration.version),
            "parameters": .object(parameters), "inputs": inputs,
        ]
        if let numerics {
            json["numerics"] = [
                "device": .string(numerics.device), "threads": .int(numerics.threads),
                "library": .string(numerics.library),
            ]
        }
        self.json = json
    }
}

extension KeyComponents {
    /// The same with another value of a parameter.
    func replacing(_ parameter: String, with value: JSONValue) -> KeyComponents {
        var components = self
        components.json["parameters"][parameter] = value
        return components
    }
}

/// One difference between two keys.
package struct KeyChange: Sendable, Hashable {
    package enum Subject: Sendable, Hashable {
        /// A parameter, by its path from the top of `with:`.
        case parameter([String])
        /// The content of what a path parameter names.
        case content(parameter: [String])
        case input(String)
        /// One of the artifacts that an input gathers, by the stage that gave it.
        case gathered(input: String, stage: String)
        case implementation
        case numerics(String)
        case keyFormat
    }

    package let subject: Subject
    package let old: JSONValue
    package let new: JSONValue
}

extension KeyComponents {
    /// What changed from `old` to this, in a fixed order: parameters, inputs, implementation, numerics.
    package func changes(since old: KeyComponents) -> [KeyChange] {
        var changes: [KeyChange] = []
        Self.compare(old.json["parameters"], json["parameters"], at: []) { path, old, new in
            changes.append(KeyChange(parameter: path, old, new))
        }
        changes += inputChanges(since: old)
        for part in ["kind", "version"] where old.json[part] != json[part] {
            changes.append(KeyChange(subject: .implementation, old: old.json[part], new: json[part]))
        }
        Self.compare(old.json["numerics"], json["numerics"], at: []) { path, old, new in
            changes.append(KeyChange(subject: .numerics(path.first ?? ""), old: old, new: new))
        }
        if old.json["format"] != json["format"] {
            changes.append(KeyChange(subject: .keyFormat, old: old.json["format"], new: json["format"]))
        }
        return changes
    }

    private func inputChanges(since old: KeyComponents) -> [KeyChange] {
        let old = old.json["inputs"].objectValue ?? [:]
        let new = json["inputs"].objectValue ?? [:]
        return Set(old.keys).union(new.keys).sorted().flatMap { name -> [KeyChange] in
            let (old, new) = (old[name] ?? .null, new[name] ?? .null)
            guard old != new else { return [] }
            guard old.objectValue != nil || new.objectValue != nil else {
                return [KeyChange(subject: .input(name), old: old, new: new)]
            }
            let (oldParts, newParts) = (old.objectValue ?? [:], new.objectValue ?? [:])
            return Set(oldParts.keys).union(newParts.keys).sorted().compactMap { stage in
                let (old, new) = (oldParts[stage] ?? .null, newParts[stage] ?? .null)
                guard old != new else { return nil }
                return KeyChange(
                    subject: .gathered(input: name, stage: stage), old: old[Self.digestKey], new: new[Self.digestKey])
            }
        }
    }

    private static func compare(
        _ old: JSONValue, _ new: JSONValue, at path: [String], _ found: ([String], JSONValue, JSONValue) -> Void
    ) {
        guard old != new else { return }
        switch (old, new) {
        case (.object(let oldMembers), .object(let newMembers)):
            for key in Set(oldMembers.keys).union(newMembers.keys).sorted() {
                compare(oldMembers[key] ?? .null, newMembers[key] ?? .null, at: path + [key], found)
            }
        // In a list of files each stands for itself; a list of names is one value.
        case (.array(let oldItems), .array(let newItems))
        where oldItems.count == newItems.count && (oldItems + newItems).allSatisfy(\.isContent):
            for (index, items) in zip(oldItems, newItems).enumerated() {
                compare(items.0, items.1, at: path + [String(index)], found)
            }
        default: found(path, old, new)
        }
    }
}

extension KeyChange {
    fileprivate init(parameter path: [String], _ old: JSONValue, _ new: JSONValue) {
        if path.last == JSONValue.contentKey {
            self.init(subject: .content(parameter: path.dropLast()), old: old, new: new)
        } else if path.count > 1, old.isNull && new.isContent || old.isContent && new.isNull {
            // A file of a folder came or went.
            self.init(
                subject: .content(parameter: path), old: old[JSONValue.contentKey], new: new[JSONValue.contentKey])
        } else {
            self.init(subject: .parameter(path), old: old, new: new)
        }
    }
}

extension JSONValue {
    /// The key under which a digest stands in the place of a path.
    static let contentKey = "sha256"

    /// Whether this is what a key has in the place of one file's path.
    var isContent: Bool { !self[Self.contentKey].isNull }
}
