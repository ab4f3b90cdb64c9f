/// GPT-2's spelling of bytes by characters that can be seen: printing Latin-1 stands for itself, the other 68 bytes are
/// U+0100 and on. A space is `Ġ`, a line feed `Ċ`, and `é`, in UTF-8 two bytes, is `Ã©`.
enum ByteAlphabet {
    /// The character of each byte.
    static let scalars: [UInt32] = {
        var next: UInt32 = 0x100
        return (UInt32(0)...0xFF).map { byte in
            switch byte {
            case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: return byte
            default:
                defer { next += 1 }
                return next
            }
        }
    }()

    /// The byte of each character; nil for those below the largest that stand for none.
    private static let bytes: [UInt8?] = {
        var bytes: [UInt8?] = Array(repeating: nil, count: 0x100 + 68)
        for (byte, scalar) in scalars.enumerated() { bytes[Int(scalar)] = UInt8(byte) }
        return bytes
    }()

    /// What stands for a space: `Ġ`.
    static let space: Unicode.Scalar = "\u{120}"

    /// The byte that a character stands for.
    static func byte(of scalar: UInt32) -> UInt8? {
        scalar < bytes.count ? bytes[Int(scalar)] : nil
    }
}
