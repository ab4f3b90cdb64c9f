import Diagnostics
import JSONValues
import Reports
import Testing

@Suite("TextTable")
struct TextTableTests {
    @Test("columns align by display width, wide characters included")
    func aligns() {
        var table = TextTable([.init("name"), .init("rows", alignment: .right), .init("why")])
        table.append(["日本", "7", "first run"])
        table.append(["adapter", "1,024"])
        #expect(
            table.lines() == [
                "name      rows  why",
                "日本         7  first run",
                "adapter  1,024",
            ])
    }

    @Test("a line is cut to the terminal's width")
    func cuts() {
        var table = TextTable([.init("name"), .init("why")])
        table.append(["adapter", "learning_rate 0.0005 → 0.001"])
        for line in table.lines(width: 20) { #expect(line.count <= 20) }
    }

    @Test("a confusion matrix names true classes down and predicted ones across")
    func confusion() {
        let table = ConfusionTable.table(matrix: [[3, 1], [0, 1200]], labels: ["no", "yes"])
        #expect(
            table?.lines() == [
                "true \\ predicted  no    yes",
                "no                 3      1",
                "yes                0  1,200",
            ])
        #expect(ConfusionTable.table(matrix: [[3]], labels: ["no", "yes"]) == nil)
    }
}
