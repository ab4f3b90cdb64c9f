import Testing

@testable import Tokenizers

@Suite("Unicode as the reference has it")
struct UnicodeTests {
    /// The scalars of some blocks of 4096: the first two planes, and the ends of the others that hold anything.
    @Test("All scalars are classed as the reference does")
    func scalars() throws {
        let expected = try Golden.read([String: String].self, "scalars.json")
        #expect(expected.count == 35)
        for (block, digest) in expected {
            let number = try #require(UInt32(block, radix: 16))
            #expect(Self.digest(ofBlock: number) == digest, "U+\(block)000 to U+\(block)FFF")
        }
    }

    /// Over what each step of BERT's normalization, canonical order and cutting make of each scalar.
    private static func digest(ofBlock block: UInt32) -> String {
        let steps = (0..<4).map { step in
            BertNormalizer(
                cleansText: step == 0, isolatesIdeographs: step == 1, stripsAccents: step == 2, lowercases: step == 3)
        }
        // Lower case alone: without what follows from it by default.
        let lowercase = BertNormalizer(
            cleansText: false, isolatesIdeographs: false, stripsAccents: false, lowercases: true)
        let cut = BertPreTokenizer()
        let byteLevel = ByteLevelPreTokenizer(addsPrefixSpace: false)
        var workspace = Workspace(tracksSources: false)
        var digest = Digest()
        let separator = Array("\u{FFFF}".utf8)
        for value in block << 12..<(block + 1) << 12 {
            guard let scalar = Unicode.Scalar(value) else { continue }
            for step in steps.prefix(3) + [lowercase] {
                workspace.text.reset(to: String(scalar))
                step.normalize(&workspace)
                digest.add(workspace.text.bytes + separator)
            }
            digest.add(decomposition(of: [0x345, value, 0x323], &workspace.scalars) + separator)
            workspace.text.reset(to: "a\(scalar)b")
            workspace.words = [workspace.text.bytes.indices]
            cut.split(&workspace)
            var made = workspace.words.map { Array(workspace.text.bytes[$0]) }
            for before in ["a", "1", "!", "\n"] {
                workspace.text.reset(to: before + String(scalar))
                workspace.words = [workspace.text.bytes.indices]
                byteLevel.split(&workspace)
                made.append(Array(String(workspace.words.count).utf8))
            }
            digest.add(made.joined(separator: separator) + [0xFF])
        }
        return digest.description
    }

    private static func decomposition(of scalars: [UInt32], _ cache: inout ScalarCache) -> [UInt8] {
        var decomposer = CanonicalDecomposer()
        for scalar in scalars { decomposer.append(scalar, source: 0, &cache) }
        decomposer.closeMarks()
        var bytes: [UInt8] = []
        for (scalar, _) in decomposer.ready { UTF8Coding.forEachByte(of: scalar) { bytes.append($0) } }
        return bytes
    }

    @Test("UTF-8 is read as it is written")
    func coding() {
        for scalar in ["a", "\u{7F}", "\u{80}", "\u{7FF}", "\u{800}", "\u{FFFF}", "\u{10000}", "\u{10FFFF}"]
            as [Unicode.Scalar]
        {
            var bytes: [UInt8] = []
            UTF8Coding.forEachByte(of: scalar.value) { bytes.append($0) }
            #expect(bytes == Array(String(scalar).utf8))
            let (decoded, length) = UTF8Coding.decode(bytes.span, at: 0)
            #expect(decoded == scalar.value)
            #expect(length == bytes.count)
            #expect(UTF8Coding.start(before: bytes.count, in: bytes.span) == 0)
        }
    }
}
