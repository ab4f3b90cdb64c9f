/// Reads tokens like `<0xE2>` as bytes. A run of them that is no UTF-8 becomes a U+FFFD for each.
struct ByteFallbackDecoder: TokenDecoder {
    init(_ node: JSONNode) throws(TokenizerError) {
        try node.allowKeys(["type"])
    }

    func decode(_ tokens: [[UInt8]]) -> [[UInt8]] {
        var parts: [[UInt8]] = []
        var run: [UInt8] = []
        for token in tokens {
            if let byte = Self.byte(of: token) {
                run.append(byte)
            } else {
                Self.write(&run, to: &parts)
                parts.append(token)
            }
        }
        Self.write(&run, to: &parts)
        return parts
    }

    private static func write(_ run: inout [UInt8], to parts: inout [[UInt8]]) {
        if run.isEmpty { return }
        if String(validating: run, as: UTF8.self) != nil {
            parts.append(run)
        } else {
            parts += repeatElement(Array("\u{FFFD}".utf8), count: run.count)
        }
        run.removeAll()
    }

    private static func byte(of token: [UInt8]) -> UInt8? {
        guard token.count == 6, token.starts(with: "<0x".utf8), token[5] == UInt8(ascii: ">") else { return nil }
        // A sign before the digit is read too, by the reference as by Swift, but not a minus.
        if token[3] == UInt8(ascii: "-") { return nil }
        return UInt8(String(decoding: token[3..<5], as: UTF8.self), radix: 16)
    }
}
