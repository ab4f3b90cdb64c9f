/// What stands in front of an answer's content.
struct HTTPHead: Hashable, Sendable {
    let status: Int
    /// By lower-case name; of several of one name the last.
    let headers: [String: String]

    subscript(name: String) -> String? { headers[name] }

    /// Reads the lines of a head, `HTTP/1.1 200 OK` first. Nil for anything else.
    init?(lines: [Substring]) {
        let parts = (lines.first ?? "").split(separator: " ")
        guard parts.count >= 2, parts[0].hasPrefix("HTTP/"), let status = Int(parts[1]) else { return nil }
        self.status = status
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            headers[line[..<colon].lowercased()] = Self.trimmed(line[line.index(after: colon)...])
        }
        self.headers = headers
    }

    private static func trimmed(_ text: Substring) -> String {
        let rest = text.drop { $0.isWhitespace }
        return String(rest.prefix(through: rest.lastIndex { !$0.isWhitespace } ?? rest.startIndex))
    }

    /// Whether another answer follows this one, because it sends on or only says that one will come.
    var isFollowed: Bool {
        (100..<200).contains(status) || [301, 302, 303, 307, 308].contains(status) && headers["location"] != nil
    }

    /// The bytes of the content that follow, if they are known.
    var contentLength: Int? { headers["content-length"].flatMap { Int($0) } }

    /// Of a part: where it begins, and how long the whole is if that is said.
    var contentRange: (start: Int, total: Int?)? {
        guard let value = headers["content-range"], value.hasPrefix("bytes ") else { return nil }
        let parts = value.dropFirst("bytes ".count).split(separator: "/")
        guard parts.count == 2, let start = parts[0].split(separator: "-").first.flatMap({ Int($0) }) else {
            return nil
        }
        return (start, Int(parts[1]))
    }

    /// An `ETag` that stands for the very bytes; nil for one that only stands for their meaning.
    var strongTag: String? { headers["etag"].flatMap { $0.hasPrefix("\"") ? $0 : nil } }
}
