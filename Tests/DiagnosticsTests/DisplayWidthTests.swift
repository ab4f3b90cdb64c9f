import Diagnostics
import Testing

@Suite("Width in a terminal")
struct DisplayWidthTests {
    @Test(
        "a text fills as many cells as a terminal gives it",
        arguments: [
            ("", 0), ("abc", 3), ("größe", 5), ("gro\u{308}ße", 5), ("日本", 4), ("한국", 4),
            ("\u{1112}\u{1161}\u{11AB}", 2), ("ｱ", 1), ("Ａ", 2), ("👍", 2), ("👍🏽", 2), ("👩‍👩‍👧", 2), ("🇩🇪", 2), ("❤️", 2),
            ("❤", 1), ("1️⃣", 2), ("…", 1), ("━╸─", 3), ("→", 1), ("「」", 4), ("e\u{301}\u{323}", 1), ("a\u{200B}b", 2),
            ("עברית", 5), ("العربية", 7), ("ไทย", 3), ("𝒳", 1), ("𠮷", 2), ("©", 1), ("½", 1),
        ])
    func widths(text: String, width: Int) {
        #expect(text.displayWidth == width)
    }

    @Test("padding counts cells")
    func padding() {
        #expect("日本".padded(toWidth: 6) == "日本  ")
        #expect("日本".padded(toWidth: 6, alignment: .right) == "  日本")
        #expect("abc".padded(toWidth: 2) == "abc")
    }

    @Test("a cut text ends in an ellipsis and keeps to its width")
    func truncating() {
        #expect("abcdef".truncated(toWidth: 6) == "abcdef")
        #expect("abcdef".truncated(toWidth: 5) == "abcd…")
        #expect("日本語".truncated(toWidth: 5) == "日本…")
        #expect("日本語".truncated(toWidth: 4) == "日…")
        #expect("👩‍👩‍👧👩‍👩‍👧".truncated(toWidth: 3) == "👩‍👩‍👧…")
        #expect("abc".truncated(toWidth: 1) == "…")
        #expect("abc".truncated(toWidth: 0) == "")
    }

    @Test("a style wraps a text in escape codes only if enabled")
    func styles() {
        #expect(TerminalStyle.boldRed.apply(to: "x") == "\u{1B}[1;31mx\u{1B}[0m")
        #expect(TerminalStyle.boldRed.apply(to: "x", enabled: false) == "x")
        #expect(TerminalStyle.boldRed.apply(to: "") == "")
    }
}
