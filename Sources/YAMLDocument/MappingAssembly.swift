import Diagnostics

/// A mapping as its entries are read: finds duplicate keys and resolves the merge key.
struct MappingAssembly {
    /// The mapping's own entries.
    private var entries: [YAMLMapping.Entry] = []
    private var indices: [String: Int] = [:]
    private var merge: Merge?

    private struct Merge {
        var key: YAMLMapping.Key
        /// The number of own entries in front of the merge key.
        var position: Int
        var entries: [YAMLMapping.Entry]
    }

    /// Adds an entry.
    ///
    /// - Parameter isMerge: whether the key is a merge key, `<<` without quotes.
    /// - Returns: what is wrong with the entry; it is left out then.
    mutating func add(_ key: YAMLMapping.Key, isMerge: Bool, value: YAMLNode) -> Diagnostic? {
        if isMerge { return addMerge(key, of: value) }
        if let index = indices[key.text] { return duplicate(key, of: entries[index].key) }
        indices[key.text] = entries.count
        entries.append(YAMLMapping.Entry(key: key, value: value))
        return nil
    }

    private mutating func addMerge(_ key: YAMLMapping.Key, of value: YAMLNode) -> Diagnostic? {
        if let merge {
            return duplicate(key, of: merge.key, help: "merge several mappings by a list: `<<: [*first, *second]`")
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
        merge = Merge(key: key, position: entries.count, entries: merged)
        return nil
    }

    private func duplicate(
        _ key: YAMLMapping.Key, of first: YAMLMapping.Key, help: String? = nil
    ) -> Diagnostic {
        .error(
            "the key `\(key.text)` stands twice in one mapping", at: key.location, help: help,
            notes: [Diagnostic.Note("the first is here", at: first.location)])
    }

    /// The mapping's own entries and, in the place of the merge key, the merged ones that it doesn't have itself.
    var mapping: YAMLMapping {
        guard let merge else { return YAMLMapping(entries, indices: indices) }
        let added = merge.entries.filter { indices[$0.key.text] == nil }
        return YAMLMapping(Array(entries[..<merge.position]) + added + entries[merge.position...])
    }
}
