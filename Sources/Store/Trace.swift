package import JSONValues

/// What a computation gave, under the key of all that it depended on.
package struct Trace: Sendable, Hashable {
    package let key: StoreKey
    /// All that the key is made of, by name, so that two keys can be compared in words.
    package let components: JSONValue
    /// The artifacts by the names of the outputs.
    package let outputs: [String: ContentDigest]
    /// What the stage reported, for tables.
    package let metrics: JSONValue
    /// How long it took, in seconds.
    package let duration: Double
    /// When it was written, ISO 8601 in UTC.
    package let created: String
    /// The version of the program that computed it.
    package let toolVersion: String

    /// - Throws: `JSONWritingError` for a component or metric that is not finite.
    package init(
        components: JSONValue, outputs: [String: ContentDigest], metrics: JSONValue = [:], duration: Double,
        created: String, toolVersion: String
    ) throws(JSONWritingError) {
        self.init(
            key: try StoreKey(components: components), components: components, outputs: outputs, metrics: metrics,
            duration: duration, created: created, toolVersion: toolVersion)
    }

    private init(
        key: StoreKey, components: JSONValue, outputs: [String: ContentDigest], metrics: JSONValue, duration: Double,
        created: String, toolVersion: String
    ) {
        self.key = key
        self.components = components
        self.outputs = outputs
        self.metrics = metrics
        self.duration = duration
        self.created = created
        self.toolVersion = toolVersion
    }

    /// As it stands in a store.
    ///
    /// - Throws: `JSONWritingError` for a metric that is not finite.
    package var bytes: [UInt8] {
        get throws(JSONWritingError) { Array(try json.canonical.utf8) + [UInt8(ascii: "\n")] }
    }

    var json: JSONValue {
        [
            "trace": 1, "components": components, "outputs": .object(outputs.mapValues { .string($0.hexadecimal) }),
            "metrics": metrics, "duration": .double(duration), "created": .string(created),
            "tool": .string(toolVersion),
        ]
    }

    /// Reads what ``json`` gives. Nil for anything else.
    ///
    /// - Parameter known: the key of the components, where they are known to be its own.
    init?(json: JSONValue, key known: StoreKey? = nil) {
        guard json["trace"] == 1, let outputs = json["outputs"].objectValue,
            let duration = json["duration"].doubleValue, let created = json["created"].stringValue,
            let toolVersion = json["tool"].stringValue
        else { return nil }
        let digests = outputs.compactMapValues { $0.stringValue.flatMap { ContentDigest(hexadecimal: $0) } }
        guard digests.count == outputs.count, let key = known ?? (try? StoreKey(components: json["components"])) else {
            return nil
        }
        self.init(
            key: key, components: json["components"], outputs: digests, metrics: json["metrics"], duration: duration,
            created: created, toolVersion: toolVersion)
    }
}
