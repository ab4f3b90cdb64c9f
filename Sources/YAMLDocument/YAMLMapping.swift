package import Diagnostics

/// The entries of a mapping, in the order of the text, with distinct keys.
package struct YAMLMapping: Sendable {
    package struct Key: Sendable {
        /// The key as it is meant: without quotes, escapes resolved. `8` and `"8"` are the same key.
        package let text: String
        package let location: SourceLocation

        package init(_ text: String, at location: SourceLocation) {
            self.text = text
            self.location = location
        }
    }

    package struct Entry: Sendable {
        package let key: Key
        package let value: YAMLNode

        package init(key: Key, value: YAMLNode) {
            self.key = key
            self.value = value
        }
    }

    package let entries: [Entry]
    private let indices: [String: Int]

    /// A mapping of these entries. Of entries with one key the first is kept.
    package init(_ entries: [Entry]) {
        var distinct: [Entry] = []
        var indices: [String: Int] = [:]
        for entry in entries where indices[entry.key.text] == nil {
            indices[entry.key.text] = distinct.count
            distinct.append(entry)
        }
        self.entries = distinct
        self.indices = indices
    }

    /// A mapping of entries with distinct keys.
    ///
    /// - Parameter indices: the index of every key's entry.
    init(_ entries: [Entry], indices: [String: Int]) {
        self.entries = entries
        self.indices = indices
    }

    package var keys: [String] { entries.map(\.key.text) }

    package func entry(_ key: String) -> Entry? {
        indices[key].map { entries[$0] }
    }

    package subscript(key: String) -> YAMLNode? { entry(key)?.value }
}
