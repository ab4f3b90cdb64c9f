import Testing

@testable import Downloads

@Suite("AnswerReader")
struct AnswerReaderTests {
    private static func read(_ text: String, step: Int) throws -> (heads: [HTTPHead], content: String) {
        var reader = AnswerReader()
        var heads: [HTTPHead] = []
        var content: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            try rest.prefix(step).withUnsafeBytes { bytes in
                try reader.read(bytes) { part in
                    switch part {
                    case .heads(let found): heads = found
                    case .content(let bytes): content += bytes
                    }
                }
            }
            rest = rest.dropFirst(step)
        }
        return (heads, String(decoding: content, as: UTF8.self))
    }

    @Test("heads on the way and the content, however the bytes are cut", arguments: [1, 3, 1000])
    func redirects(step: Int) throws {
        let text =
            "HTTP/1.1 100 Continue\r\n\r\n"
            + "HTTP/1.1 302 Found\r\nLocation: /there\r\nX-Linked-ETag: \"ab\"\r\n\r\n"
            + "HTTP/2 206 \r\nContent-Range: bytes 5-9/10\r\nETag:  \"v\" \r\nContent-Length: 5\r\n\r\n"
            + "HTTP/1.1 302 is content"
        let (heads, content) = try Self.read(text, step: step)
        #expect(heads.map(\.status) == [100, 302, 206])
        #expect(heads[1]["x-linked-etag"] == "\"ab\"")
        #expect(heads[2].contentRange?.start == 5)
        #expect(heads[2].contentRange?.total == 10)
        #expect(heads[2].strongTag == "\"v\"")
        #expect(content == "HTTP/1.1 302 is content")
    }

    @Test("a weak tag stands for no bytes")
    func weakTag() throws {
        let (heads, _) = try Self.read("HTTP/1.1 200 OK\r\nETag: W/\"v\"\r\n\r\n", step: 8)
        #expect(heads.first?.strongTag == nil)
    }

    @Test("what is no HTTP, and a head without end, are faults")
    func faults() {
        #expect(throws: TransferFault.self) { try Self.read("hello\r\n\r\n", step: 4) }
        let endless = "HTTP/1.1 200 OK\r\n" + String(repeating: "A: b\r\n", count: 300_000)
        #expect(throws: TransferFault.self) { try Self.read(endless, step: 4096) }
    }
}
