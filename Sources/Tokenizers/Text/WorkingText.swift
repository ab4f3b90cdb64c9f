/// A text on its way through a tokenizer's pipeline: UTF-8 that normalizers rewrite and pre-tokenizers cut.
struct WorkingText {
    /// Valid UTF-8.
    private(set) var bytes: [UInt8] = []
    /// For each byte the scalar of the original text that it stands for, counted from 0; for one that stands for none,
    /// the complement of where it was put in. Empty unless tracked.
    private(set) var sources: [Int32] = []
    let tracksSources: Bool

    init(tracksSources: Bool) {
        self.tracksSources = tracksSources
    }

    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        sources.removeAll(keepingCapacity: true)
    }

    /// Starts anew with a part of the original text.
    ///
    /// - Parameter firstScalar: how many scalars of the original precede the part.
    mutating func reset(to original: Span<UInt8>, _ range: Range<Int>, firstScalar: Int) {
        removeAll()
        original.extracting(range).withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
        guard tracksSources else { return }
        sources.reserveCapacity(bytes.count)
        var scalar = Int32(firstScalar) - 1
        for byte in bytes {
            if !UTF8Coding.isContinuation(byte) { scalar += 1 }
            sources.append(scalar)
        }
    }

    /// Starts anew with a whole text.
    mutating func reset(to text: String) {
        let bytes = Array(text.utf8)
        reset(to: bytes.span, bytes.indices, firstScalar: 0)
    }

    /// Starts anew with a part of another working text.
    mutating func reset(to other: WorkingText, _ range: Range<Int>) {
        removeAll()
        append(other, range)
    }

    mutating func reserveCapacity(_ count: Int) {
        bytes.reserveCapacity(count)
        if tracksSources { sources.reserveCapacity(count) }
    }

    @inline(__always)
    mutating func append(ascii byte: UInt8, source: Int32) {
        bytes.append(byte)
        if tracksSources { sources.append(source) }
    }

    @inline(__always)
    mutating func append(_ scalar: UInt32, source: Int32) {
        UTF8Coding.forEachByte(of: scalar) { append(ascii: $0, source: source) }
    }

    /// Appends a part of another working text.
    mutating func append(_ other: WorkingText, _ range: Range<Int>) {
        bytes += other.bytes[range]
        if tracksSources { sources += other.sources[range] }
    }

    /// The source of a byte; 0 where sources are not tracked, so that callers needn't ask.
    @inline(__always)
    func source(at index: Int) -> Int32 { tracksSources ? sources[index] : 0 }

    /// The part of the original that a range of bytes stands for, in scalars.
    func originalRange(of range: Range<Int>) -> Range<Int> {
        guard tracksSources, !range.isEmpty else { return 0..<0 }
        let first = sources[range.lowerBound]
        let last = sources[range.upperBound - 1]
        let start = Int(first < 0 ? ~first : first)
        return start..<max(start, Int(last < 0 ? ~last : last + 1))
    }
}
