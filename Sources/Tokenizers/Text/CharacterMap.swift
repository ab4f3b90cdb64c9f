/// A table of replacements in SentencePiece's binary form: the length of a tree in bytes, the tree, and the
/// replacements, each ended by a zero.
///
/// The tree is a double array (Darts): a node is a number of 32 bits, and the child over a byte stands at the node's
/// offset, exclusive-or the byte. All numbers come from a file, so each is checked before it is used.
struct CharacterMap: Sendable {
    private let nodes: [UInt32]
    /// The replacements, end to end, in valid UTF-8.
    let strings: [UInt8]

    /// Nil for bytes that are no such table.
    init?(_ bytes: [UInt8]) {
        func number(at index: Int) -> UInt32 {
            (0..<4).reduce(0) { $0 | UInt32(bytes[index + $1]) << UInt32(8 * $1) }
        }
        guard bytes.count >= 4 else { return nil }
        let count = Int(number(at: 0)) / 4
        guard count > 0, count <= (bytes.count - 4) / 4 else { return nil }
        nodes = (0..<count).map { number(at: 4 + 4 * $0) }
        strings = Array(bytes[(4 + 4 * count)...])
        guard String(validating: strings, as: UTF8.self) != nil else { return nil }
    }

    /// Where the replacement stands of the shortest beginning of `bytes[range]` that the table holds; nil where it holds
    /// none.
    @inline(__always)
    func replacement(of bytes: Span<UInt8>, _ range: Range<Int>) -> Range<Int>? {
        var place = Self.offset(nodes[0])
        for index in range {
            let byte = bytes[index]
            if byte == 0 { return nil }
            place ^= Int(byte)
            guard place < nodes.count else { return nil }
            let node = nodes[place]
            // A leaf's highest bit keeps it from being taken for a child.
            if node & 0x8000_00FF != UInt32(byte) { return nil }
            place ^= Self.offset(node)
            if node >> 8 & 1 == 1 {
                guard place < nodes.count else { return nil }
                return string(at: Int(nodes[place] & 0x7FFF_FFFF))
            }
        }
        return nil
    }

    @inline(__always)
    private static func offset(_ node: UInt32) -> Int {
        Int(node >> 10) << Int((node & 0x200) >> 6)
    }

    /// The string from a place to the next zero; nil where no string begins there.
    private func string(at start: Int) -> Range<Int>? {
        guard start < strings.count, !UTF8Coding.isContinuation(strings[start]) else { return nil }
        var end = start
        while end < strings.count, strings[end] != 0 { end += 1 }
        return start..<end
    }
}
