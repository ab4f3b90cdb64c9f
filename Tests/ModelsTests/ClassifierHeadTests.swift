import Testing

@testable import Models

@Suite("Where a head comes from")
struct ClassifierHeadTests {
    @Test("the file's head is used if its classes are those that are asked for, or none are asked for")
    func same() {
        for requested in [nil, ["no", "yes"]] {
            let head = ClassifierHead(requested: requested, configured: ["no", "yes"], rowCount: 2)
            #expect(head.source == .file(rows: [0, 1]))
            #expect(head.labels == ["no", "yes"])
            #expect(head.notice == nil)
        }
    }

    @Test("the file's rows are put in the order that is asked for")
    func reordered() {
        let head = ClassifierHead(requested: ["c", "a", "b"], configured: ["a", "b", "c"], rowCount: 3)
        #expect(head.source == .file(rows: [2, 0, 1]))
        #expect(head.notice?.contains("another order") == true)
    }

    @Test("a head without names is taken to be for the classes that are asked for")
    func generic() {
        let head = ClassifierHead(requested: ["no", "yes"], configured: ["LABEL_0", "LABEL_1"], rowCount: 2)
        #expect(head.source == .file(rows: [0, 1]))
        #expect(head.labels == ["no", "yes"])
        #expect(head.notice?.contains("names no classes") == true)
    }

    @Test("a head for other classes is replaced, and so is one for more")
    func replaced() {
        for requested in [["cold", "warm"], ["no", "perhaps", "yes"]] {
            let head = ClassifierHead(requested: requested, configured: ["no", "yes"], rowCount: 2)
            #expect(head.source == .new)
            #expect(head.labels == requested)
            #expect(head.notice?.contains("other classes (no, yes)") == true)
        }
    }

    @Test("without a head in the file there is a new one, of two classes if nobody says otherwise")
    func missing() {
        #expect(ClassifierHead(requested: nil, configured: nil, rowCount: nil).labels == ["LABEL_0", "LABEL_1"])
        #expect(ClassifierHead(requested: nil, configured: ["a"], rowCount: nil).labels == ["a"])
        #expect(ClassifierHead(requested: ["a", "b"], configured: ["a"], rowCount: nil).source == .new)
    }
}
