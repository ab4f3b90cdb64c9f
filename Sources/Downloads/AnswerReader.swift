/// Reads what `curl --include --location` writes: the head of each answer on the way, and the content of the last.
///
/// A state machine over bytes, without files or processes.
struct AnswerReader {
    enum Part {
        /// The heads on the way and, last, that of the content which follows.
        case heads([HTTPHead])
        case content(UnsafeRawBufferPointer)
    }

    private var heads: [HTTPHead] = []
    private var line: [UInt8] = []
    private var lines: [String] = []
    private var size = 0
    private(set) var isInContent = false

    /// More is no head that anyone means.
    private static let largestHeads = 1 << 20

    /// - Throws: ``TransferFault`` for what is no HTTP.
    mutating func read(_ bytes: UnsafeRawBufferPointer, _ handle: (Part) throws -> Void) throws {
        var rest = bytes[...]
        while !isInContent, let byte = rest.popFirst() {
            size += 1
            guard size < Self.largestHeads else {
                throw TransferFault.lasting("the server's answer has no end of its head")
            }
            guard byte == UInt8(ascii: "\n") else {
                line.append(byte)
                continue
            }
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            if !line.isEmpty {
                lines.append(String(decoding: line, as: UTF8.self))
                line = []
                continue
            }
            guard let head = HTTPHead(lines: lines.map { $0[...] }) else {
                throw TransferFault.passing("the server's answer is no HTTP")
            }
            lines = []
            heads.append(head)
            if !head.isFollowed {
                isInContent = true
                try handle(.heads(heads))
            }
        }
        if isInContent, !rest.isEmpty { try handle(.content(UnsafeRawBufferPointer(rebasing: rest))) }
    }
}
