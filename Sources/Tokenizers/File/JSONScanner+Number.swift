extension JSONScanner {
    /// A finite number, as the reference's parser rounds it.
    ///
    /// That is not always the nearest: digits make a whole number, which is rounded and then scaled by a power of ten,
    /// which rounds again. Of two ways through a word that are equally likely, the last bit decides.
    mutating func number() -> Double? {
        skipSpace()
        let isNegative = skipByte("-")
        guard let first = next, isDigit(first) else { return nil }
        var significand: UInt64 = 0
        var exponent = 0
        /// Digits that don't fit are left out, but count.
        var isFull = false
        var digitCount = 0
        while let digit = skipDigit() {
            digitCount += 1
            if !Self.append(digit, to: &significand, &isFull) { exponent += 1 }
        }
        // Only the number zero begins with a zero.
        if first == UInt8(ascii: "0"), digitCount > 1 { return nil }
        if skipByte(".") {
            guard let next, isDigit(next) else { return nil }
            while let digit = skipDigit() {
                if Self.append(digit, to: &significand, &isFull) { exponent -= 1 }
            }
        }
        if skipByte("e") || skipByte("E") {
            let isSmall = skipByte("-")
            if !isSmall { _ = skipByte("+") }
            guard let next, isDigit(next) else { return nil }
            var written = 0
            while let digit = skipDigit() { written = min(written * 10 + Int(digit), 100_000) }
            exponent += isSmall ? -written : written
        }
        return Self.scaled(significand, exponent).map { isNegative ? -$0 : $0 }
    }

    private static func append(_ digit: UInt64, to significand: inout UInt64, _ isFull: inout Bool) -> Bool {
        let (product, overflows) = significand.multipliedReportingOverflow(by: 10)
        let (sum, overflowsToo) = product.addingReportingOverflow(digit)
        isFull = isFull || overflows || overflowsToo
        if !isFull { significand = sum }
        return !isFull
    }

    /// Ten to the power of each number up to 308.
    private static let powers: [Double] = (0...308).map { Double("1e\($0)") ?? .infinity }

    private static func scaled(_ significand: UInt64, _ exponent: Int) -> Double? {
        var value = Double(significand)
        var exponent = exponent
        while exponent < -308, value != 0 {
            value /= 1e308
            exponent += 308
        }
        if value == 0 { return 0 }
        guard exponent <= 308 else { return nil }
        value = exponent < 0 ? value / powers[-exponent] : value * powers[exponent]
        return value.isFinite ? value : nil
    }

    private func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private mutating func skipDigit() -> UInt64? {
        guard let byte = next, isDigit(byte) else { return nil }
        skipByte()
        return UInt64(byte - 0x30)
    }

    /// Steps over a character, if it follows at once.
    private mutating func skipByte(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        skipByte()
        return true
    }
}
