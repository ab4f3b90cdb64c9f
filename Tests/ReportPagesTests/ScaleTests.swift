import Testing

@testable import ReportPages

@Suite("Scales of drawings")
struct ScaleTests {
    @Test("ticks are round and within the values")
    func ticks() {
        #expect(Scale([0, 1], places: (0, 100)).ticks.map(Axes.text) == ["0", "0.2", "0.4", "0.6", "0.8", "1"])
        #expect(Scale([1, 10], places: (0, 100)).ticks.map(Axes.text) == ["2", "4", "6", "8", "10"])
        let powers = Scale([1e-6, 1], places: (0, 100), isLogarithmic: true)
        #expect(powers.ticks.map(Axes.text) == ["1e-06", "0.0001", "0.01", "1"])
        let narrow = Scale([15, 80], places: (0, 100), isLogarithmic: true)
        #expect(narrow.ticks.map(Axes.text) == ["20", "50"])
    }

    @Test("values become places, on either kind of scale")
    func places() {
        #expect(Scale([0, 10], places: (0, 100)).place(5) == 50)
        #expect(abs(Scale([1, 100], places: (0, 100), isLogarithmic: true).place(10) - 50) < 1e-9)
        #expect(Scale([3, 3], places: (0, 100)).place(3) == 50)
        #expect(Scale([], places: (0, 100)).ticks.isEmpty == false)
    }

    @Test("many points become means of neighbours")
    func thinning() {
        let points = (0..<1000).map { (x: Double($0), y: Double($0 % 2)) }
        let thinned = LineChart.thinned(points)
        #expect(thinned.count == 200)
        #expect(thinned[0].x == 2)
        #expect(abs(thinned[0].y - 0.4) < 1e-12)
    }
}
