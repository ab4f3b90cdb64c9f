import Testing

@testable import Tokenizers

@Suite("Numbers as the reference rounds them")
struct JSONScannerTests {
    private func number(_ text: String) -> Double? {
        var scanner = JSONScanner(Array(text.utf8))
        return scanner.number()
    }

    @Test("What JSON allows is read, and nothing else")
    func syntax() {
        #expect(number(" -12.5e+2") == -1250)
        #expect(number("0") == 0)
        #expect(number("-0.0")?.sign == .minus)
        #expect(number("1E3,") == 1000)
        #expect(number("2e-400") == 0)
        #expect(number("0e999999999999999999999") == 0)
        for text in ["", "-", "01", ".5", "1.", "1e", "1e+", "+1", "1e400", "NaN", "1e999999999999999999999"] {
            #expect(number(text) == nil, "\(text)")
        }
    }

    @Test("A whole number of all digits is rounded before it is scaled")
    func rounding() {
        // 3.1415926535897932 is 31415926535897932 of 10⁻¹⁶, and the number of digits loses its last bit first.
        #expect(number("-3.1415926535897932") == -Double(31_415_926_535_897_932 as UInt64) / 1e16)
        // Digits that no 64 bits hold are left out behind the point, and zeros before it.
        #expect(number("0.12345678901234567890123") == Double(12_345_678_901_234_567_890 as UInt64) / 1e20)
        #expect(number("123456789012345678901234") == Double(12_345_678_901_234_567_890 as UInt64) * 1e4)
    }
}
