import Diagnostics
import JSONValues

/// A value of a pipeline, with `$(…)` filled in, that knows where its parts are written.
struct LocatedValue: Sendable {
    enum Content: Sendable {
        case scalar(JSONValue)
        case list([LocatedValue])
        case mapping([Entry])
        /// What it is can't be told; why has been reported.
        case unknown
    }

    struct Entry: Sendable {
        let key: String
        let keyLocation: SourceLocation
        let value: LocatedValue
    }

    /// Where a value stands in a stage, and where it comes from.
    struct Place {
        let location: SourceLocation
        let origin: SourceLocation
        /// The pipeline's parameter that gave the value.
        let parameter: String?
    }

    let content: Content

    /// Where the value stands, or a `$(name)` that stands for it.
    let location: SourceLocation

    /// Where the value itself is written.
    let origin: SourceLocation

    /// The pipeline's parameter that gave the value as a whole.
    let parameter: String?

    init(_ content: Content, at location: SourceLocation) {
        self.content = content
        self.location = location
        origin = location
        parameter = nil
    }

    /// Another value that comes from where one does.
    init(_ content: Content, inPlaceOf value: LocatedValue) {
        self.content = content
        location = value.location
        origin = value.origin
        parameter = value.parameter
    }

    /// The value of a parameter, in the place of its `$(name)`.
    init(_ value: LocatedValue, ofParameter name: String, at location: SourceLocation) {
        content = value.content
        self.location = location
        origin = value.origin
        parameter = name
    }
}

// MARK: - Content

extension LocatedValue {
    /// The value without its places; null for what is unknown.
    var json: JSONValue {
        switch content {
        case .scalar(let value): value
        case .list(let items): .array(items.map(\.json))
        case .mapping(let entries): .object(entries.json)
        case .unknown: .null
        }
    }

    /// Whether no part of the value is unknown.
    var isKnown: Bool {
        switch content {
        case .scalar: true
        case .list(let items): items.allSatisfy(\.isKnown)
        case .mapping(let entries): entries.allSatisfy(\.value.isKnown)
        case .unknown: false
        }
    }

    /// The part under a key or index.
    func child(_ name: String) -> LocatedValue? {
        switch content {
        case .scalar, .unknown: nil
        case .list(let items): Int(name).flatMap { items.indices.contains($0) ? items[$0] : nil }
        case .mapping(let entries): entries.first { $0.key == name }?.value
        }
    }

    private func keyLocation(_ name: String) -> SourceLocation? {
        guard case .mapping(let entries) = content else { return nil }
        return entries.first { $0.key == name }?.keyLocation
    }
}

extension [LocatedValue.Entry] {
    var json: [String: JSONValue] {
        Dictionary(map { ($0.key, $0.value.json) }, uniquingKeysWith: { first, _ in first })
    }
}

// MARK: - Places

extension LocatedValue {
    /// Where the part at a path stands, or the nearest part around it that is written.
    ///
    /// Inside a value that a parameter gave, the location stays at the `$(name)` while the origin goes on.
    func place(of path: ArraySlice<String>) -> Place {
        var value = self
        var location = location
        var parameter = parameter
        for name in path {
            guard let child = value.child(name) else { break }
            if parameter == nil {
                location = child.location
                parameter = child.parameter
            }
            value = child
        }
        return Place(location: location, origin: value.origin, parameter: parameter)
    }

    /// The part at a path; nil where there is none.
    func part(at path: ArraySlice<String>) -> LocatedValue? {
        path.reduce(self) { (value: LocatedValue?, name) in value?.child(name) }
    }

    /// Where the last key of a path stands; nil where that key isn't written.
    func keyLocation(of path: ArraySlice<String>) -> SourceLocation? {
        guard let name = path.last else { return nil }
        var value = self
        for name in path.dropLast() {
            guard let child = value.child(name) else { return nil }
            value = child
        }
        return value.keyLocation(name)
    }
}
