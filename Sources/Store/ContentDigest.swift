import Crypto

/// The name of an artifact or of an input: SHA-256 of its bytes, or of its manifest where it is a folder.
package struct ContentDigest: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// 64 lower-case hexadecimal digits.
    package let hexadecimal: String

    /// Nil where the text is not 64 lower-case hexadecimal digits.
    package init?(hexadecimal: some StringProtocol) {
        guard let digits = validDigits(hexadecimal) else { return nil }
        self.hexadecimal = digits
    }

    /// The digest of some bytes.
    package init(of bytes: some Sequence<UInt8>) {
        self.init(SHA256.hash(data: Array(bytes)))
    }

    init(_ digest: SHA256.Digest) {
        hexadecimal = spelled(digest)
    }

    package static func < (left: ContentDigest, right: ContentDigest) -> Bool {
        left.hexadecimal < right.hexadecimal
    }

    /// The first digits, enough for people to tell one from another.
    package var short: String { String(hexadecimal.prefix(12)) }

    package var description: String { hexadecimal }
}

func validDigits(_ text: some StringProtocol) -> String? {
    let isValid =
        text.utf8.count == 64 && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    return isValid ? String(text) : nil
}

func spelled(_ digest: SHA256.Digest) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(unsafeUninitializedCapacity: 64) { buffer in
        var count = 0
        for byte in digest {
            buffer[count] = digits[Int(byte >> 4)]
            buffer[count + 1] = digits[Int(byte & 15)]
            count += 2
        }
        return count
    }
}
