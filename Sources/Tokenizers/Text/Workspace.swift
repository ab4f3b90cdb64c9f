/// What encoding keeps between texts so as not to allocate it anew. It belongs to one thread.
struct Workspace {
    var scalars = ScalarCache()
    /// The text in work: a part of the original, rewritten.
    var text: WorkingText
    /// What a normalizer or pre-tokenizer writes to; it then takes the place of `text`.
    var spare: WorkingText
    var decomposer = CanonicalDecomposer()
    /// How many scalars of the original precede the part in work; 0 where sources are not tracked.
    var firstScalar = 0
    /// How many bytes the original has.
    var originalSize = 0
    /// Whether the part in work begins the original.
    var isAtStart = true
    /// The words of the text in work.
    var words: [Range<Int>] = []
    /// The parts of one word that a pattern finds, and what lies between them.
    var segments: [SplitBehavior.Segment] = []
    /// The tokens of the text in work.
    var pieces = Pieces()
    var merger = PairMerger()
    /// The best ways to the places of a word, for ``Unigram``.
    var lattice: [UnigramNode] = []
    /// The best way through a word, from its end.
    var path: [(token: Int32, range: Range<Int>)] = []

    init(tracksSources: Bool) {
        text = WorkingText(tracksSources: tracksSources)
        spare = WorkingText(tracksSources: tracksSources)
    }

    /// How many bytes a rewritten text may have; much more than any real tokenizer makes of one.
    var sizeLimit: Int { max(1 << 20, 256 * originalSize) }

    /// Refuses a text that a file's replacements let grow without measure.
    @inline(__always)
    func checkSize() throws(TokenizerError) {
        let size = max(text.bytes.count, spare.bytes.count)
        if size > sizeLimit { throw tooLarge(size) }
    }

    func tooLarge(_ size: Int) -> TokenizerError {
        TokenizerError(
            place: "text",
            problem: "replacements make \(size) bytes of \(originalSize); take those out that repeat themselves")
    }

    /// The source of what is put in before everything else and stands for nothing.
    var emptySource: Int32 { ~Int32(firstScalar) }

    /// Calls `body` with each scalar of the text and its source; what `body` appends to ``spare`` takes its place.
    @inline(__always)
    mutating func rewriteScalars(_ body: (UInt32, Int32, inout Workspace) -> Void) {
        let text = text
        let bytes = text.bytes.span
        spare.removeAll()
        spare.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            let (scalar, length) = UTF8Coding.decode(bytes, at: index)
            body(scalar, text.source(at: index), &self)
            index += length
        }
        swap(&self.text, &spare)
    }
}
