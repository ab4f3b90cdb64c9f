/// The grapheme clusters of a text: what a reader takes for one character, as a letter with its accents.
struct GraphemeClusters {
    private let bytes: [UInt8]
    /// Nil where all of the text is ASCII.
    private let string: String?

    /// - Parameter bytes: valid UTF-8.
    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        string = bytes.allSatisfy { $0 < 0x80 } ? nil : String(decoding: bytes, as: UTF8.self)
    }

    /// Where the cluster ends that begins at a place.
    func end(of start: Int) -> Int {
        let next = start + 1 < bytes.count ? bytes[start + 1] : 0
        if bytes[start] < 0x80, next < 0x80 {
            return bytes[start] == UInt8(ascii: "\r") && next == UInt8(ascii: "\n") ? start + 2 : start + 1
        }
        guard let string else { return start + 1 }
        let index = string.utf8.index(string.startIndex, offsetBy: start)
        return string.utf8.distance(from: string.startIndex, to: string.index(after: index))
    }
}
