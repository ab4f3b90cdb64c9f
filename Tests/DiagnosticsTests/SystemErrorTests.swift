import Diagnostics
import Foundation
import Testing

@Suite("What the operating system refused")
struct SystemErrorTests {
    @Test("a right that is missing is named: to read, or to write", arguments: [EACCES, EPERM])
    func rights(code: Int32) {
        #expect(
            SystemError.remedy(for: code, isReading: true)
                == "give this user the right to read it, and to enter the folders above it")
        #expect(SystemError.remedy(for: code) == "give this user the right to write there, or use another folder")
    }

    @Test("the path and the reason are in the message, also from under Foundation's own error")
    func message() throws {
        let absent = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
        let error = try #require(throws: (any Error).self) { try FileManager.default.removeItem(atPath: absent) }
        let refusal = try #require(SystemError(error))
        #expect(refusal.message == "\(absent): no such file or directory")
        #expect(refusal.help == nil)
        #expect(SystemError(CancellationError()) == nil)
    }
}
