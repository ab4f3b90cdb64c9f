/// A text on its way through a tokenizer's pipeline: UTF-8 that normalizers rewrite and pre-tokenizers cut.
struct WorkingText {
    /// Valid UTF-8.
    private(set) var bytes: [UInt8] = []
    /// For each byte the scalar of the original text that it stands for, counted from 0; empty unless tracked.
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
        bytes += other.bytes[range]
        if tracksSources { sources += other.sources[range] }
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

    /// The source of a byte; 0 where sources are not tracked, so that callers needn't ask.
    @inline(__always)
    func source(at index: Int) -> Int32 { tracksSources ? sources[index] : 0 }

    /// The part of the original that a range of bytes stands for, in scalars.
    func originalRange(of range: Range<Int>) -> Range<Int> {
        guard tracksSources, !range.isEmpty else { return 0..<0 }
        let first = sources[range.lowerBound]
        let last = sources[range.upperBound - 1]
        return Int(first)..<max(Int(first), Int(last) + 1)
    }
}

/// What encoding keeps between texts so as not to allocate it anew. It belongs to one thread.
struct Workspace {
    var scalars = ScalarCache()
    /// The text in work.
    var text: WorkingText
    /// What a normalizer writes to; it then takes the place of `text`.
    var spare: WorkingText
    var decomposer = CanonicalDecomposer()
    /// The words of the text in work.
    var words: [Range<Int>] = []
    /// The tokens of the text in work.
    var pieces = Pieces()
    var merger = PairMerger()

    init(tracksSources: Bool) {
        text = WorkingText(tracksSources: tracksSources)
        spare = WorkingText(tracksSources: tracksSources)
    }
}
