import Diagnostics
import Foundation
import Testing

@Suite("Texts and places in them")
struct SourceTextTests {
    @Test("lines end at LF, CRLF and CR")
    func lines() {
        let source = SourceText(path: "t", contents: "a\nb\r\n\rç\u{2028}d\n")
        #expect((1...6).map { source.line($0).map(String.init) } == ["a", "b", "", "ç\u{2028}d", "", nil])
        #expect(source.lineCount == 5)
        #expect(source.line(0) == nil)
        #expect(SourceText(path: "t", contents: "").line(1) == "")
    }

    @Test("scalars and bytes have a line and a column")
    func places() {
        let source = SourceText(path: "t", contents: "añ\r\n日本語x\n")
        #expect(source.location(ofScalars: 1..<2) == source.location(line: 1, column: 2))
        #expect(source.location(ofScalars: 4..<6) == source.location(line: 2, column: 1, length: 2))
        #expect(source.location(ofScalars: 0..<6) == source.location(line: 1, column: 1, length: 2))
        #expect(source.location(ofScalars: 9..<10) == source.location(line: 3, column: 1))
        #expect(source.location(ofUTF8: 1..<3) == source.location(line: 1, column: 2))
        #expect(source.location(ofUTF8: 8..<14) == source.location(line: 2, column: 2, length: 2))
        #expect(source.location(ofUTF8: 0..<99) == source.location(line: 1, column: 1, length: 2))
        #expect(source.location(ofUTF8: 99..<100).line == 3)
    }

    @Test("a place inside of a text is inside of a part of it")
    func parts() {
        let source = SourceText(path: "t.yaml", contents: "a: models/$(size)")
        let value = source.location(line: 1, column: 4, length: 14)
        #expect(value.part(offset: 7, length: 7) == source.location(line: 1, column: 11, length: 7))
        #expect(value.description == "t.yaml:1:4")
        #expect(value.pathAndLine == "t.yaml:1")
    }

    @Test("bytes that are no UTF-8 are refused at their place")
    func invalidBytes() throws {
        let error = #expect(throws: DiagnosticsError.self) {
            try SourceText(path: "a.yaml", utf8: Array("größe: 1\nname: ".utf8) + [0xE9, 0x74])
        }
        #expect(
            error.map { "\($0)" } == """
                error: the file is not UTF-8 text
                 --> a.yaml:2:7
                  |
                2 | name: \u{FFFD}t
                  |       ^ help: save the file in UTF-8
                """)
        #expect(throws: DiagnosticsError.self) { try SourceText(path: "a", utf8: [0xEF, 0xBB, 0xBF, 0xFF]) }
    }

    @Test(
        "other encodings are named",
        arguments: [
            ([0xFF, 0xFE, 0x61, 0], "UTF-16"), ([0xFE, 0xFF, 0, 0x61], "UTF-16"), ([0x61, 0, 0x62, 0], "UTF-16"),
            ([0, 0x61, 0, 0x62], "UTF-16"), ([0xFF, 0xFE, 0, 0], "UTF-32"),
        ] as [([UInt8], String)])
    func encodings(bytes: [UInt8], name: String) {
        let error = #expect(throws: DiagnosticsError.self) { try SourceText(path: "a.yaml", utf8: bytes) }
        #expect(error?.diagnostics.first?.message == "`a.yaml` is \(name) text, expected UTF-8")
    }

    @Test("a file is read whole, or the reason says why not")
    func reading() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "source-text-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "a.yaml")
        try Data("\u{FEFF}a: 1\n".utf8).write(to: file)

        #expect(try SourceText.read(file.path, shownAs: "a.yaml", maximumBytes: 100).contents == "a: 1\n")

        func message(_ path: String, maximumBytes: Int = 100) -> String? {
            let error = #expect(throws: DiagnosticsError.self) {
                try SourceText.read(path, shownAs: "a.yaml", maximumBytes: maximumBytes)
            }
            return error?.diagnostics.first?.message
        }
        #expect(message(file.path, maximumBytes: 7) == "`a.yaml` is larger than 7 bytes, the most that is read")
        #expect(message(folder.path) == "cannot read `a.yaml`: is a directory")
        #expect(message(folder.path + "/none") == "cannot read `a.yaml`: no such file or directory")
    }
}
