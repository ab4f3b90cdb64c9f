/// Which scalar of the original a rewritten text's scalars stand for, by the reference's bookkeeping.
///
/// A normalization tells of each scalar of its result what became of the text at hand: the scalar takes the place of
/// one (0), is put in (1), or takes the place of one and swallows n more (−n). That is all that is known, so that
/// scalars which changed places stand for each other; and so do they in the reference.
struct Alignment {
    /// The source of what is put in before everything else.
    private let emptySource: Int32
    /// The byte of the text at hand that comes next.
    private var offset = 0

    init(emptySource: Int32) {
        self.emptySource = emptySource
    }

    mutating func append(_ scalar: UInt32, change: Int, from input: WorkingText, to output: inout WorkingText) {
        guard input.tracksSources else { return output.append(scalar, source: 0) }
        let last = input.bytes.count - 1
        if change > 0 {
            output.append(scalar, source: offset < 1 ? emptySource : input.source(at: min(offset - 1, last)))
            return
        }
        guard last >= 0 else { return output.append(scalar, source: emptySource) }
        output.append(scalar, source: input.source(at: min(offset, last)))
        for _ in 0...(-change) where offset <= last {
            offset += UTF8Coding.length(ofScalarBeginningWith: input.bytes[offset])
        }
    }
}
