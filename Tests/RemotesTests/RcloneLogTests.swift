import Testing

@testable import Remotes

@Suite("RcloneLog")
struct RcloneLogTests {
    @Test("how far it is, in whatever pieces it comes")
    func progress() {
        let text =
            #"{"level":"warning","msg":"Config file not found"}"# + "\n"
            + #"{"level":"warning","msg":"\nTransferred","stats":{"bytes":225283,"speed":0,"totalBytes":3000003}}"#
            + "\n"
            + #"{"level":"warning","msg":"\nTransferred","stats":{"bytes":421891,"speed":2124020.4}}"# + "\n"
        for step in [1, 7, 1000] {
            var log = RcloneLog()
            var found: [RcloneLog.Progress] = []
            var rest = Array(text.utf8)[...]
            while !rest.isEmpty {
                if let progress = log.read(rest.prefix(step)) { found.append(progress) }
                rest = rest.dropFirst(step)
            }
            #expect(found.last == RcloneLog.Progress(bytes: 421_891, speed: 2_124_020.4))
            #expect(log.error == nil)
        }
    }

    @Test("what went wrong, from either form")
    func errors() {
        var log = RcloneLog()
        _ = log.read(#"{"level":"error","msg":"Failed to copy: mkdir /ro/a: permission denied"}"#.utf8)
        #expect(log.error == nil)
        _ = log.read("\n".utf8)
        #expect(log.error == "Failed to copy: mkdir /ro/a: permission denied")
        _ = log.read("2026/11/27 18:59:29 NOTICE: Config file not found\n".utf8)
        _ = log.read("2026/11/27 18:59:29 Failed to copy with 2 errors: last error was: mkdir /ro/a: no\n".utf8)
        #expect(log.error == "mkdir /ro/a: no")
    }
}
