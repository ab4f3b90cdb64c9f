/// A circle of names in words.
enum CircleText {
    /// More names than these are no help in a message.
    static let longest = 8

    /// `` `a` → `b` → `a` ``; the middle of a long circle is left out.
    static func of(_ names: [String]) -> String {
        guard let first = names.first else { return "" }
        var shown = names.prefix(longest).map { "`\($0)`" }
        if names.count > longest { shown.append("… \(names.count - longest) more …") }
        return (shown + ["`\(first)`"]).joined(separator: " → ")
    }
}
