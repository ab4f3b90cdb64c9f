import Diagnostics

/// A mapping as its entries are read: finds duplicate keys and resolves merge keys.
struct MappingAssembly {
    private enum Part {
        case entry(YAMLMapping.Entry)
        case merge([YAMLMapping.Entry])
    }

    private var parts: [Part] = []
    private var places: [String: SourceLocation] = [:]

    /// Adds an entry.
    ///
    /// - Parameter isMerge: whether the key is a merge key, `<<` without quotes.
    /// - Returns: what is wrong with the entry; it is left out then.
    mutating func add(_ key: YAMLMapping.Key, isMerge: Bool, value: YAMLNode) -> Diagnostic? {
        if let first = places[key.text] {
            return .error(
                "the key `\(key.text)` stands twice in one mapping", at: key.location,
                help: isMerge ? "merge several mappings by a list: `<<: [*first, *second]`" : nil,
                notes: [Diagnostic.Note("the first is here", at: first)])
        }
        places[key.text] = key.location
        guard isMerge else {
            parts.append(.entry(YAMLMapping.Entry(key: key, value: value)))
            return nil
        }

        var merged: [YAMLMapping.Entry] = []
        for source in value.sequence ?? [value] {
            guard let mapping = source.mapping else {
                return .error(
                    "`<<` takes a mapping or a list of mappings, found \(source.describe)",
                    at: source.alias ?? source.location, help: "write `<<: *name` with the name of an anchor")
            }
            merged += mapping.entries.map { entry in
                var value = entry.value
                value.alias = value.alias ?? source.alias
                return YAMLMapping.Entry(key: entry.key, value: value)
            }
        }
        parts.append(.merge(merged))
        return nil
    }

    /// The mapping's own entries and, in the place of the merge key, the merged ones that it doesn't have itself.
    var mapping: YAMLMapping {
        YAMLMapping(
            parts.flatMap { part in
                switch part {
                case .entry(let entry): [entry]
                case .merge(let entries): entries.filter { places[$0.key.text] == nil }
                }
            })
    }
}
