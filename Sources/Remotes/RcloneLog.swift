import JSONValues

/// Reads what rclone writes to standard error with `--use-json-log`: how far it is, and what went wrong.
struct RcloneLog {
    struct Progress: Equatable {
        let bytes: Int
        /// In bytes a second.
        let speed: Double
    }

    private var line: [UInt8] = []
    /// The last of its errors, in its words.
    private(set) var error: String?

    /// More in one line is nothing of it.
    private static let longestLine = 1 << 20

    /// - Returns: how far it is, if these bytes say so.
    mutating func read(_ bytes: some Sequence<UInt8>) -> Progress? {
        var progress: Progress?
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                progress = take(line) ?? progress
                line = []
            } else if line.count < Self.longestLine {
                line.append(byte)
            }
        }
        return progress
    }

    private mutating func take(_ line: [UInt8]) -> Progress? {
        guard let json = try? JSONValue(parsing: line) else {
            // What ends it is told in plain words: `2026/11/27 18:59:29 Failed to copy: …`.
            let words = String(decoding: line, as: UTF8.self).split(separator: " ", maxSplits: 2)
            if words.count == 3, words[0].count == 10, words[0].contains("/"), !words[2].hasPrefix("NOTICE") {
                error = Self.cause(String(words[2]))
            }
            return nil
        }
        if json["level"] == "error", let message = json["msg"].stringValue { error = Self.cause(message) }
        let stats = json["stats"]
        guard let bytes = stats["bytes"].intValue else { return nil }
        return Progress(bytes: bytes, speed: stats["speed"].doubleValue ?? 0)
    }

    /// What it gives as the cause, without the counts before it.
    private static func cause(_ message: String) -> String {
        guard let range = message.firstRange(of: "last error was: ") else { return message }
        return String(message[range.upperBound...])
    }
}
