import Foundation

/// A place as rclone takes it: `s3:bucket/prefix`, `:webdav,url='…':`, a folder.
package struct RemoteAddress: Sendable, Hashable, CustomStringConvertible {
    /// For rclone alone: it may hold a password.
    let spelled: String

    /// For people: what is configured within the address is left out.
    package let description: String

    /// Nil for a text that names nothing.
    package init?(_ text: String) {
        guard !text.isEmpty, !text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
            return nil
        }
        spelled = text
        description = Self.shown(text)
    }

    private static func shown(_ text: String) -> String {
        guard !text.hasPrefix("/"), !text.hasPrefix("."), let end = endOfBackend(text) else { return text }
        let head = text[..<end]
        guard let comma = head.firstIndex(of: ",") else { return text }
        let rest = text[end...]
        // Whoever forgot the quotes has the rest of a value there.
        return head[..<comma] + ",…" + (rest.contains { "=,".contains($0) } ? "" : String(rest))
    }

    /// The colon behind the backend and what is configured of it; one in quotes belongs to a value.
    private static func endOfBackend(_ text: String) -> String.Index? {
        var quote: Character?
        for index in text.indices.dropFirst() {
            let character = text[index]
            if let open = quote {
                if character == open { quote = nil }
            } else if character == "'" || character == "\"" {
                quote = character
            } else if character == ":" {
                return index
            }
        }
        return text.hasPrefix(":") ? text.endIndex : nil
    }

    /// A message of rclone without what is secret in the address.
    func redacted(_ message: String) -> String {
        guard description != spelled else { return message }
        return secrets.reduce(message.replacing(spelled, with: description)) { $0.replacing($1, with: "…") }
    }

    /// The values of what is called like a secret, wherever it stands in the address.
    private var secrets: [String] {
        let fields = spelled.split { ",:".contains($0) }
        let values = fields.compactMap { field -> String? in
            let parts = field.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, Self.secretNames.contains(where: { parts[0].lowercased().contains($0) }) else {
                return nil
            }
            return parts[1].trimmingCharacters(in: CharacterSet(charactersIn: "'\""))
        }
        return values.filter { !$0.isEmpty }.sorted { $0.count > $1.count }
    }

    private static let secretNames = ["pass", "secret", "token", "key", "auth", "user", "client", "account"]
}
