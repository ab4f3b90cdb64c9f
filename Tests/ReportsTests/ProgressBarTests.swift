import Reports
import Testing

@Suite("ProgressBar")
struct ProgressBarTests {
    @Test(
        "half a cell is drawn as half",
        arguments: [
            (0.0, "────"), (0.124, "────"), (0.125, "╸───"), (0.5, "━━──"), (1, "━━━━"), (7, "━━━━"), (-1, "────"),
            (.nan, "────"),
        ])
    func draws(fraction: Double, expected: String) {
        #expect(ProgressBar(width: 4).text(fraction: fraction) == expected)
    }
}
