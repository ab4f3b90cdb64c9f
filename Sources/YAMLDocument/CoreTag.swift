/// The tags of the core schema of YAML 1.2, the only ones that are understood.
enum CoreTag {
    static let sequence = prefix + "seq"
    static let mapping = prefix + "map"

    private static let prefix = "tag:yaml.org,2002:"

    /// Why a text is not what its tag or its look says.
    enum Mismatch: Error {
        case unsupported(_ tag: String)
        case notA(_ tag: String, text: String)
        case outOfRange(CoreSchema.OutOfRange, text: String)

        var message: String {
            switch self {
            case .unsupported(let tag): "unsupported tag `\(CoreTag.short(tag))`"
            case .notA(let tag, let text): "`\(text)` is no `\(CoreTag.short(tag))`"
            case .outOfRange(.integer, let text): "the whole number \(text) is too large, the largest is \(Int.max)"
            case .outOfRange(.tooLarge, let text):
                "the number \(text) is too large, the largest is \(Double.greatestFiniteMagnitude)"
            case .outOfRange(.tooSmall, let text): "the number \(text) is too small to be told from 0"
            }
        }

        var help: String? {
            switch self {
            case .unsupported:
                "remove it; only `!!str`, `!!int`, `!!float`, `!!bool`, `!!null`, `!!seq` and `!!map` are known"
            case .notA: nil
            case .outOfRange: "put it in quotes if it is a text"
            }
        }

        /// Whether the tag is at fault, not the text.
        var isTag: Bool {
            if case .unsupported = self { true } else { false }
        }
    }

    /// What a scalar means.
    static func value(
        of text: String, style: YAMLScalar.Style, tag: String?
    ) throws(Mismatch) -> YAMLScalar.Value {
        guard let tag else { return style == .plain ? try plain(text) : .text(text) }
        if tag == "!" { return .text(text) }
        guard tag.hasPrefix(prefix) else { throw .unsupported(tag) }
        switch (tag.dropFirst(prefix.count), try? CoreSchema.value(ofPlain: text)) {
        case ("str", _): return .text(text)
        case ("null", .null): return .null
        case ("bool", .bool(let value)): return .bool(value)
        case ("int", .integer(let value)): return .integer(value)
        case ("float", .number(let value)): return .number(value)
        case ("float", .integer(let value)): return .number(Double(value))
        case ("null", _), ("bool", _), ("int", _), ("float", _): throw .notA(tag, text: text)
        default: throw .unsupported(tag)
        }
    }

    private static func plain(_ text: String) throws(Mismatch) -> YAMLScalar.Value {
        do throws(CoreSchema.OutOfRange) {
            return try CoreSchema.value(ofPlain: text)
        } catch {
            throw .outOfRange(error, text: text)
        }
    }

    /// A tag as it is written.
    private static func short(_ tag: String) -> String {
        tag.hasPrefix(prefix) ? "!!" + tag.dropFirst(prefix.count) : tag
    }
}
