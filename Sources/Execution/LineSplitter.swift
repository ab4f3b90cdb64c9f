/// Cuts a stream of bytes into lines at line feeds, and drops lines that are too long to be meant.
///
/// At other line separators of Unicode it does not cut: JSON may hold them as they are.
struct LineSplitter {
    private let maximumLength: Int
    private var line: [UInt8] = []
    /// The present line is too long, and the rest of it is dropped as well.
    private var isDropping = false

    init(maximumLength: Int) { self.maximumLength = maximumLength }

    /// The lines that end in these bytes, without their line feeds.
    mutating func lines(adding bytes: some Collection<UInt8>) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var rest = bytes[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            append(rest[..<end])
            if !isDropping { lines.append(line) }
            line = []
            isDropping = false
            rest = rest[rest.index(after: end)...]
        }
        append(rest)
        return lines
    }

    private mutating func append(_ bytes: some Collection<UInt8>) {
        guard !isDropping else { return }
        if line.count + bytes.count > maximumLength {
            isDropping = true
            line = []
        } else {
            line += bytes
        }
    }
}
