/// Single scalars in UTF-8 that is known to be valid.
enum UTF8Coding {
    /// The scalar whose first byte stands at `index`, and how many bytes it takes.
    @inline(__always)
    static func decode(_ bytes: Span<UInt8>, at index: Int) -> (scalar: UInt32, length: Int) {
        let first = UInt32(bytes[index])
        if first < 0x80 { return (first, 1) }
        let second = UInt32(bytes[index + 1]) & 0x3F
        if first < 0xE0 { return ((first & 0x1F) << 6 | second, 2) }
        let third = UInt32(bytes[index + 2]) & 0x3F
        if first < 0xF0 { return ((first & 0x0F) << 12 | second << 6 | third, 3) }
        let fourth = UInt32(bytes[index + 3]) & 0x3F
        return ((first & 0x07) << 18 | second << 12 | third << 6 | fourth, 4)
    }

    /// How many bytes a scalar takes.
    @inline(__always)
    static func length(ofScalarBeginningWith byte: UInt8) -> Int {
        byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
    }

    /// Where the scalar begins that ends before `index`, which is not 0.
    static func start(before index: Int, in bytes: Span<UInt8>) -> Int {
        var start = index - 1
        while start > 0, isContinuation(bytes[start]) { start -= 1 }
        return start
    }

    static func isContinuation(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }

    /// How many scalars a range of bytes holds.
    static func scalarCount(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int {
        var count = 0
        for index in range where !isContinuation(bytes[index]) { count += 1 }
        return count
    }

    /// Calls `body` with the bytes of a scalar in turn.
    @inline(__always)
    static func forEachByte(of scalar: UInt32, _ body: (UInt8) -> Void) {
        if scalar < 0x80 {
            body(UInt8(truncatingIfNeeded: scalar))
            return
        }
        if scalar < 0x800 {
            body(UInt8(truncatingIfNeeded: 0xC0 | scalar >> 6))
        } else {
            if scalar < 0x1_0000 {
                body(UInt8(truncatingIfNeeded: 0xE0 | scalar >> 12))
            } else {
                body(UInt8(truncatingIfNeeded: 0xF0 | scalar >> 18))
                body(UInt8(truncatingIfNeeded: 0x80 | (scalar >> 12 & 0x3F)))
            }
            body(UInt8(truncatingIfNeeded: 0x80 | (scalar >> 6 & 0x3F)))
        }
        body(UInt8(truncatingIfNeeded: 0x80 | (scalar & 0x3F)))
    }
}
