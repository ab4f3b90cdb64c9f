/// BERT's cleaning of a text: four steps, each of which can be off.
///
/// 1. `clean_text`: controls, formats, private use, U+0000 and U+FFFD go; white space becomes a space.
/// 2. `handle_chinese_chars`: a space on either side of each ideograph.
/// 3. `strip_accents`: canonical decomposition, then nonspacing marks go.
/// 4. `lowercase`: each scalar by itself.
///
/// The steps are per scalar but for the canonical order of combining marks, so one pass does all four.
struct BertNormalizer: Normalizer {
    private let cleansText: Bool
    private let isolatesIdeographs: Bool
    private let stripsAccents: Bool
    private let lowercases: Bool
    /// What becomes of each ASCII byte; ``dropped`` for one that goes.
    private let ascii: [UInt8]

    private static let dropped: UInt8 = 0xFF

    init(cleansText: Bool, isolatesIdeographs: Bool, stripsAccents: Bool?, lowercases: Bool) {
        self.cleansText = cleansText
        self.isolatesIdeographs = isolatesIdeographs
        self.stripsAccents = stripsAccents ?? lowercases
        self.lowercases = lowercases
        ascii = (UInt8(0)..<0x80).map { byte in
            let isKeptControl = byte == 0x09 || byte == 0x0A || byte == 0x0D
            if cleansText, isKeptControl { return ASCII.space }
            if cleansText, byte < 0x20 || byte == 0x7F { return Self.dropped }
            return lowercases ? ASCII.lowercased(byte) : byte
        }
    }

    init(_ node: JSONNode) throws(TokenizerError) {
        try node.allowKeys(["type", "clean_text", "handle_chinese_chars", "strip_accents", "lowercase"])
        self.init(
            cleansText: try node.member("clean_text").bool(),
            isolatesIdeographs: try node.member("handle_chinese_chars").bool(),
            stripsAccents: try node.optionalMember("strip_accents")?.bool(),
            lowercases: try node.member("lowercase").bool())
    }

    func normalize(_ workspace: inout Workspace) {
        let input = workspace.text
        let bytes = input.bytes.span
        workspace.spare.removeAll()
        workspace.spare.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            let source = input.source(at: index)
            if byte < 0x80 {
                index += 1
                let replacement = ascii[Int(byte)]
                if replacement != Self.dropped { writeStarter(replacement, source, &workspace) }
            } else {
                let (scalar, length) = UTF8Coding.decode(bytes, at: index)
                index += length
                rewrite(scalar, source, &workspace)
            }
        }
        if workspace.decomposer.hasOpenMarks { writeMarks(&workspace) }
        swap(&workspace.text, &workspace.spare)
    }

    /// Steps 1 and 2 for a scalar beyond ASCII.
    private func rewrite(_ scalar: UInt32, _ source: Int32, _ workspace: inout Workspace) {
        if cleansText {
            let flags = workspace.scalars.facts(of: scalar).flags
            if flags.contains(.other) || scalar == 0xFFFD { return }
            if flags.contains(.whitespace) { return writeStarter(ASCII.space, source, &workspace) }
        }
        let isIsolated = isolatesIdeographs && Self.isIdeograph(scalar)
        if isIsolated { writeStarter(ASCII.space, source, &workspace) }
        if stripsAccents {
            workspace.decomposer.append(scalar, source: source, &workspace.scalars)
            writeReady(&workspace)
        } else {
            writeLowercased(scalar, source, &workspace)
        }
        if isIsolated { writeStarter(ASCII.space, source, &workspace) }
    }

    /// An ASCII byte, already in its case, which ends a run of combining marks.
    @inline(__always)
    private func writeStarter(_ byte: UInt8, _ source: Int32, _ workspace: inout Workspace) {
        if workspace.decomposer.hasOpenMarks { writeMarks(&workspace) }
        workspace.decomposer.passStarter(source: source)
        workspace.spare.append(ascii: byte, source: source)
    }

    @inline(never)
    private func writeMarks(_ workspace: inout Workspace) {
        workspace.decomposer.closeMarks()
        writeReady(&workspace)
    }

    /// Step 3 for what is decomposed.
    private func writeReady(_ workspace: inout Workspace) {
        for index in workspace.decomposer.ready.indices {
            let (scalar, source) = workspace.decomposer.ready[index]
            if workspace.scalars.facts(of: scalar).flags.contains(.nonspacingMark) { continue }
            writeLowercased(scalar, source, &workspace)
        }
        workspace.decomposer.ready.removeAll(keepingCapacity: true)
    }

    /// Step 4.
    private func writeLowercased(_ scalar: UInt32, _ source: Int32, _ workspace: inout Workspace) {
        guard lowercases else { return workspace.spare.append(scalar, source: source) }
        for index in workspace.scalars.facts(of: scalar).lowercase {
            workspace.spare.append(workspace.scalars.mappings[index], source: source)
        }
    }

    /// The blocks that BERT's own code lists: ideographs, but not all blocks of them (extension E from U+2B920 on).
    private static func isIdeograph(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x2_0000...0x2_A6DF, 0x2_A700...0x2_B81F,
            0x2_B920...0x2_CEAF, 0x2_F800...0x2_FA1F:
            true
        default: false
        }
    }
}
