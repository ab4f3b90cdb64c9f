import Reports
import Testing

@Suite("Figures")
struct FiguresTests {
    @Test(
        "durations read in the unit that fits",
        arguments: [(0.0, "0.0 s"), (59.94, "59.9 s"), (59.96, "1 min 00 s"), (72, "1 min 12 s"), (7500, "2 h 05 min")])
    func duration(seconds: Double, expected: String) {
        #expect(Figures.duration(seconds: seconds) == expected)
    }

    @Test(
        "time left reads like a clock",
        arguments: [(42.4, "0:42"), (725, "12:05"), (3720, "1:02:00"), (.infinity, "--:--")])
    func clock(seconds: Double, expected: String) {
        #expect(Figures.clock(seconds: seconds) == expected)
    }

    @Test(
        "sizes are in powers of 1000",
        arguments: [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (86_700_000, "86.7 MB"), (999_960, "1.0 MB")])
    func bytes(count: Int, expected: String) {
        #expect(Figures.bytes(count) == expected)
    }

    @Test(
        "counts are grouped by thousands",
        arguments: [(0, "0"), (999, "999"), (1000, "1,000"), (-1_234_567, "-1,234,567")])
    func count(value: Int, expected: String) {
        #expect(Figures.count(value) == expected)
    }

    @Test(
        "numbers keep four digits",
        arguments: [(0.93333, "0.9333"), (1.0, "1"), (24.3149, "24.31"), (0.0000012, "1.2e-06")])
    func number(value: Double, expected: String) {
        #expect(Figures.number(value) == expected)
    }
}
