/// What normalizers and pre-tokenizers ask about a scalar beyond ASCII.
struct ScalarFacts {
    struct Flags: OptionSet {
        let rawValue: UInt16
        /// Set in every entry that has been computed.
        static let known = Flags(rawValue: 1)
        static let other = Flags(rawValue: 2)
        static let whitespace = Flags(rawValue: 4)
        static let punctuation = Flags(rawValue: 8)
        static let nonspacingMark = Flags(rawValue: 16)
        static let letter = Flags(rawValue: 32)
        static let number = Flags(rawValue: 64)
        static let mark = Flags(rawValue: 128)
        /// What Rust calls numeric, for ``Digits``.
        static let numeric = Flags(rawValue: 256)
        /// What `\w` matches.
        static let word = Flags(rawValue: 512)
    }

    var flags: Flags = []
    var combiningClass: UInt8 = 0
    fileprivate var decompositionCount: UInt8 = 0
    fileprivate var lowercaseCount: UInt8 = 0
    fileprivate var decompositionStart: UInt32 = 0
    fileprivate var lowercaseStart: UInt32 = 0

    /// Where the mapping stands among ``ScalarCache/mappings``.
    var decomposition: Range<Int> {
        Int(decompositionStart)..<Int(decompositionStart) + Int(decompositionCount)
    }

    /// Where the mapping stands among ``ScalarCache/mappings``.
    var lowercase: Range<Int> { Int(lowercaseStart)..<Int(lowercaseStart) + Int(lowercaseCount) }
}

/// The facts of the scalars that were met, computed when first asked for: Unicode's own tables are slow to read.
///
/// A cache belongs to one thread. Entries are kept in pages of 256, of which a text touches few.
struct ScalarCache {
    /// Decompositions and lower cases of all scalars met, end to end.
    private(set) var mappings: [UInt32] = []
    private var facts: [ScalarFacts] = []
    /// The page of each block of 256 scalars, counted from 1; 0 where there is none yet.
    private var pages: [UInt16] = []

    private var compatibilityDecompositions: [UInt32: Range<Int>] = [:]

    private static let pageSize = 256
    private static let pageCount = 0x11_0000 / pageSize

    @inline(__always)
    mutating func facts(of scalar: UInt32) -> ScalarFacts {
        if !pages.isEmpty {
            let page = Int(pages[Int(scalar >> 8)])
            if page != 0 {
                let facts = facts[(page - 1) * Self.pageSize + Int(scalar & 0xFF)]
                if facts.flags.contains(.known) { return facts }
            }
        }
        return compute(scalar)
    }

    @inline(never)
    private mutating func compute(_ value: UInt32) -> ScalarFacts {
        guard let scalar = Unicode.Scalar(value) else { return ScalarFacts(flags: .known) }
        if pages.isEmpty { pages = Array(repeating: 0, count: Self.pageCount) }
        if pages[Int(value >> 8)] == 0 {
            facts += Array(repeating: ScalarFacts(), count: Self.pageSize)
            pages[Int(value >> 8)] = UInt16(facts.count / Self.pageSize)
        }

        let category = ReferenceUnicode.category(of: scalar)
        var entry = ScalarFacts(flags: .known, combiningClass: ReferenceUnicode.combiningClass(of: scalar))
        if ReferenceUnicode.isOther(category) { entry.flags.insert(.other) }
        if scalar.properties.isWhitespace { entry.flags.insert(.whitespace) }
        if ReferenceUnicode.isPunctuation(category) { entry.flags.insert(.punctuation) }
        if category == .nonspacingMark { entry.flags.insert(.nonspacingMark) }
        if ReferenceUnicode.isLetter(scalar) { entry.flags.insert(.letter) }
        if ReferenceUnicode.isNumber(scalar) { entry.flags.insert(.number) }
        if ReferenceUnicode.isMark(scalar) { entry.flags.insert(.mark) }
        if ReferenceUnicode.isNumeric(scalar) { entry.flags.insert(.numeric) }
        if ReferenceUnicode.isWord(scalar) { entry.flags.insert(.word) }
        (entry.decompositionStart, entry.decompositionCount) = store(ReferenceUnicode.decomposition(of: scalar))
        (entry.lowercaseStart, entry.lowercaseCount) = store(ReferenceUnicode.lowercase(of: scalar))

        facts[(Int(pages[Int(value >> 8)]) - 1) * Self.pageSize + Int(value & 0xFF)] = entry
        return entry
    }

    /// Calls `body` with the parts of a scalar's full decomposition and their combining classes.
    mutating func forEachPart(of scalar: UInt32, compatibility: Bool, _ body: (UInt32, UInt8) -> Void) {
        if scalar < 0x80 { return body(scalar, 0) }
        var parts = facts(of: scalar).decomposition
        if compatibility {
            if let known = compatibilityDecompositions[scalar] {
                parts = known
            } else {
                let mapping = Unicode.Scalar(scalar).map(ReferenceUnicode.compatibilityDecomposition) ?? [scalar]
                let (start, count) = store(mapping)
                parts = Int(start)..<Int(start) + Int(count)
                compatibilityDecompositions[scalar] = parts
            }
        }
        for index in parts { body(mappings[index], facts(of: mappings[index]).combiningClass) }
    }

    func isWhitespace(_ scalar: UInt32) -> Bool {
        if scalar < 0x80 { return ASCII.isWhitespace(UInt8(truncatingIfNeeded: scalar)) }
        return Unicode.Scalar(scalar)?.properties.isWhitespace ?? false
    }

    private mutating func store(_ mapping: [UInt32]) -> (UInt32, UInt8) {
        let start = mappings.count
        mappings += mapping
        return (UInt32(start), UInt8(mapping.count))
    }
}
