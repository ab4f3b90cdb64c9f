import Foundation
import Tokenizers

/// Files beside the tests, and those that tests use where they are there.
enum Golden {
    private static let tests = URL(filePath: #filePath).deletingLastPathComponent()
    private static let checkout = tests.deletingLastPathComponent().deletingLastPathComponent()

    /// The model that `make setup` brings.
    static let minilm = checkout.appending(path: "models/minilm/tokenizer.json").path
    static let hasMinilm = FileManager.default.fileExists(atPath: minilm)

    /// Data sets and GPT-2's tokenizer, which are not part of the project.
    static let data = checkout.deletingLastPathComponent().appending(path: "shared/data")
    static let hasData =
        hasMinilm && FileManager.default.fileExists(atPath: data.appending(path: "sst2/train.tsv").path)

    static func url(_ name: String) -> URL { tests.appending(components: "Golden", name) }

    static func data(_ name: String) throws -> Data { try Data(contentsOf: url(name)) }

    /// A file made by `Golden/make.py`, in which keys are written as Python writes them.
    static func read<Value: Decodable>(_ type: Value.Type, _ name: String) throws -> Value {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(type, from: data(name))
    }

    static func tinyTokenizer() throws -> Tokenizer {
        try Tokenizer(file: url("tiny-wordpiece-tokenizer.json").path)
    }
}

/// FNV-1a with 64 bits.
struct Digest: CustomStringConvertible {
    private var hash: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func add(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    }

    mutating func add(_ number: Int32) {
        withUnsafeBytes(of: number.littleEndian) { add($0) }
    }

    var description: String {
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
