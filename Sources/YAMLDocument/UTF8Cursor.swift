/// Finds the byte at which a Unicode scalar of a text starts. Going from one to the next costs their distance, so
/// that a document is walked once.
struct UTF8Cursor {
    private let text: UnsafeBufferPointer<UInt8>
    private var scalar = 0
    private var byte = 0

    init(_ text: UnsafeBufferPointer<UInt8>) {
        self.text = text
    }

    /// The bytes of a range of scalars; bounds beyond the text become its end.
    mutating func bytes(ofScalars range: Range<Int>) -> Slice<UnsafeBufferPointer<UInt8>> {
        move(to: range.lowerBound)
        var end = self
        end.move(to: range.upperBound)
        return text[byte..<end.byte]
    }

    private mutating func move(to target: Int) {
        while scalar > target, byte > 0 {
            byte -= 1
            if startsScalar(text[byte]) { scalar -= 1 }
        }
        while scalar < target, byte < text.count {
            byte += 1
            while byte < text.count, !startsScalar(text[byte]) { byte += 1 }
            scalar += 1
        }
    }

    private func startsScalar(_ byte: UInt8) -> Bool { byte & 0xC0 != 0x80 }
}
