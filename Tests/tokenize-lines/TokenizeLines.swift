import Foundation
import Tokenizers

/// Tokenizes texts for `scripts/reference/tokenizers_conformance.py`, which compares with the reference library.
///
///     tokenize-lines TOKENIZER TEXTS            prints a JSON object for each text: ids, offsets, decoded text
///     tokenize-lines TOKENIZER TEXTS --time     waits for a line, tokenizes all texts, prints the seconds; again
///
/// TEXTS holds a JSON string a line.
@main
enum TokenizeLines {
    static func main() {
        do {
            try run()
        } catch {
            FileHandle.standardError.write(Data("error: \(error)\n".utf8))
            exit(1)
        }
    }

    private static func run() throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 3 || arguments.count == 4 else {
            FileHandle.standardError.write(
                Data("usage: tokenize-lines TOKENIZER TEXTS [--time | --time-offsets]\n".utf8))
            exit(2)
        }
        let tokenizer = try Tokenizer(file: arguments[1])
        let lines = try Data(contentsOf: URL(filePath: arguments[2])).split(separator: UInt8(ascii: "\n"))
        let texts = try lines.map { try JSONDecoder().decode(String.self, from: Data($0)) }
        if arguments.count == 4 {
            try time(tokenizer, texts, withOffsets: arguments[3] == "--time-offsets")
        } else {
            try write(tokenizer, texts)
        }
    }

    private static func write(_ tokenizer: Tokenizer, _ texts: [String]) throws {
        struct Row: Encodable {
            var ids: [Int32]
            var offsets: [[Int]]
            var decoded: String
        }
        let encoder = JSONEncoder()
        for encoding in try tokenizer.encodeBatch(texts, withOffsets: true) {
            let row = Row(
                ids: encoding.ids, offsets: (encoding.offsets ?? []).map { [$0.lowerBound, $0.upperBound] },
                decoded: try tokenizer.decode(encoding.ids))
            FileHandle.standardOutput.write(try encoder.encode(row) + Data("\n".utf8))
        }
    }

    private static func time(_ tokenizer: Tokenizer, _ texts: [String], withOffsets: Bool) throws {
        while readLine() != nil {
            let start = ContinuousClock.now
            let encodings = try tokenizer.encodeBatch(texts, withOffsets: withOffsets)
            let elapsed = ContinuousClock.now - start
            let tokens = encodings.reduce(0) { $0 + $1.ids.count }
            print(elapsed / .seconds(1), tokens)
            fflush(nil)
        }
    }
}
