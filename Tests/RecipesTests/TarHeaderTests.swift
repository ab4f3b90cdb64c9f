import Foundation
import TestSupport
import Testing

@testable import Recipes

@Suite("Heads of tar archives")
struct TarHeaderTests {
    @Test(
        "what is written is read again",
        arguments: [
            ("a", 0), ("pipelines/sentiment.yaml", 1), ("ü/日本", 511), (String(repeating: "x", count: 100), 512),
            (String(repeating: "d", count: 150) + "/" + String(repeating: "f", count: 100), 8_589_934_591),
            ("huge", 8_589_934_592), ("huger", 1 << 50),
        ])
    func roundTrip(path: String, size: Int) throws {
        let header = TarHeader(path: path, size: size)
        let bytes = try header.bytes()
        #expect(bytes.count == 512)
        #expect(try TarHeader(bytes) == header)
    }

    @Test("a path that the format can't hold is an error")
    func tooLong() {
        #expect(throws: RecipeError.self) {
            try TarHeader(path: String(repeating: "x", count: 101), size: 0).bytes()
        }
        #expect(throws: RecipeError.self) {
            try TarHeader(path: String(repeating: "d", count: 156) + "/f", size: 0).bytes()
        }
    }

    @Test("links, folders, devices and damaged heads are refused")
    func refused() throws {
        let good = try TarHeader(path: "a", size: 3).bytes()
        for kind in "123456LKxg" {
            var block = good
            block[156] = kind.asciiValue ?? 0
            let difference = Int(block[156]) - 0x30
            var sum = good.enumerated().reduce(0) { $0 + ((148..<156).contains($1.offset) ? 32 : Int($1.element)) }
            sum += difference
            block.replaceSubrange(148..<154, with: Array(String(sum, radix: 8).utf8.map { $0 }.padded(to: 6)))
            #expect(throws: RecipeError.self) { try TarHeader(block) }
        }
        for index in [0, 124, 148, 257, 300] {
            var block = good
            block[index] ^= 1
            #expect(throws: RecipeError.self) { try TarHeader(block) }
        }
        #expect(try TarHeader([UInt8](repeating: 0, count: 512)) == nil)
    }

    @Test("tar itself reads what is written")
    func tar() throws {
        try withTemporaryFolder { folder in
            var bytes: [UInt8] = []
            let long = String(repeating: "d", count: 120) + "/" + String(repeating: "f", count: 90)
            for (path, text) in [("a/b.txt", "hello"), (long, "long"), ("empty", "")] {
                let header = TarHeader(path: path, size: text.utf8.count)
                bytes += try header.bytes() + Array(text.utf8) + [UInt8](repeating: 0, count: header.padding)
            }
            bytes += [UInt8](repeating: 0, count: 1024)
            try Data(bytes).write(to: folder.appending(path: "x.tar"))
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/bin/tar")
            process.arguments = ["xf", "x.tar"]
            process.currentDirectoryURL = folder
            try process.run()
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
            #expect(try String(contentsOf: folder.appending(path: "a/b.txt"), encoding: .utf8) == "hello")
            #expect(try String(contentsOf: folder.appending(path: long), encoding: .utf8) == "long")
        }
    }
}

extension [UInt8] {
    fileprivate func padded(to count: Int) -> [UInt8] {
        [UInt8](repeating: UInt8(ascii: "0"), count: Swift.max(0, count - self.count)) + self
    }
}
