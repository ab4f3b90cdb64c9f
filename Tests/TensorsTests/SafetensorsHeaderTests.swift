import Foundation
import Tensors
import Testing

@Suite("A safetensors file that breaks a promise of the format is refused")
struct SafetensorsHeaderTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let name: String
        let image: SafetensorsImage
        /// What each line of the description says, behind the path.
        let messages: [String]

        var testDescription: String { name }

        init(_ name: String, _ image: SafetensorsImage, _ messages: String...) {
            self.name = name
            self.image = image
            self.messages = messages
        }

        /// A file of the given entries with so many bytes of data.
        init(_ name: String, entries: String, dataCount: Int = 0, _ messages: String...) {
            self.name = name
            image = SafetensorsImage(header: "{\(entries)}", data: [UInt8](repeating: 0, count: dataCount))
            self.messages = messages
        }
    }

    static func tensor(_ name: String, _ dtype: String = "F32", _ shape: String = "[1]", at offsets: String) -> String {
        #""\#(name)":{"dtype":"\#(dtype)","shape":\#(shape),"data_offsets":\#(offsets)}"#
    }

    static let cases: [Case] = [
        Case("empty file", .init(bytes: []), "the file has 0 bytes; expected at least the 8 of the header's length"),
        Case("7 bytes", .init(bytes: .init(repeating: 0, count: 7)), "the file has 7 bytes; expected at least the 8"),
        Case("no header", .init(length: 0, header: ""), "the header does not begin with `{`"),
        Case(
            "length beyond the limit", .init(length: 100_000_001, header: "{}"),
            "the header's length is 100000001; expected at most 100000000"),
        Case(
            "length beyond all bounds", .init(length: .max, header: "{}"),
            "the header's length is 18446744073709551615; expected at most"),
        Case(
            "length beyond the file", .init(length: 9, header: "{}"),
            "the header's length is 9 but only 2 bytes follow; the file is cut off"),
        Case("a pickle", .init(header: "\u{80}\u{2}ctorch"), "the header does not begin with `{`"),
        Case("half of JSON", .init(header: #"{"a":"#), "the header is not JSON: line 1, column 6"),
        Case("not UTF-8", .init(bytes: [5, 0, 0, 0, 0, 0, 0, 0, 0x7B, 0x22, 0xFF, 0x22, 0x7D]), "not UTF-8"),
        Case(
            "text behind the JSON", .init(header: "{} x"), "the header is not JSON: line 1, column 4: expected the end"),
        Case(
            "a name twice", entries: tensor("a", at: "[0,4]") + "," + tensor("a", at: "[0,4]"), dataCount: 4,
            "the key `a` is written twice"),
        Case("deep nesting", .init(header: "{\"a\":" + String(repeating: "[", count: 100_000)), "nested deeper than"),
        Case("metadata no object", entries: #""__metadata__":[]"#, "`__metadata__` is an array; expected an object"),
        Case(
            "metadata no string", entries: #""__metadata__":{"step":1}"#,
            "`__metadata__` has a number under `step`; expected a string"),
        Case("entry no object", entries: #""a":3"#, "tensor `a`: the entry is a number; expected an object"),
        Case(
            "unknown dtype", entries: tensor("a", "F8_E4M3", "[4]", at: "[0,4]"), dataCount: 4,
            #"tensor `a`: `dtype` is "F8_E4M3"; known are F32, F16, BF16, F64, I64, I32, I16, I8, U8, BOOL"#),
        Case(
            "no dtype", entries: #""a":{"shape":[1],"data_offsets":[0,4]}"#, dataCount: 4,
            "tensor `a`: `dtype` is missing"),
        Case(
            "no shape", entries: #""a":{"dtype":"F32","data_offsets":[0,4]}"#, dataCount: 4,
            "tensor `a`: `shape` is missing; expected an array of whole numbers"),
        Case(
            "negative size", entries: tensor("a", "F32", "[-1]", at: "[0,4]"), dataCount: 4,
            "tensor `a`: `shape` is [-1]"),
        Case(
            "fraction", entries: tensor("a", "F32", "[1.5]", at: "[0,4]"), dataCount: 4, "tensor `a`: `shape` is [1.5]"),
        Case(
            "size beyond 64 bits", entries: tensor("a", "F32", "[99999999999999999999]", at: "[0,4]"), dataCount: 4,
            "tensor `a`: `shape` is [100000000000000000000]"),
        Case(
            "no offsets", entries: #""a":{"dtype":"F32","shape":[1]}"#, dataCount: 4,
            "tensor `a`: `data_offsets` is missing; expected two whole numbers"),
        Case("one offset", entries: tensor("a", at: "[0]"), dataCount: 4, "tensor `a`: `data_offsets` is [0]"),
        Case(
            "negative offset", entries: tensor("a", at: "[-4,0]"), dataCount: 4, "tensor `a`: `data_offsets` is [-4,0]"),
        Case(
            "end before beginning", entries: tensor("a", at: "[4,0]"), dataCount: 4,
            "tensor `a`: `data_offsets` is [4, 0]; expected the end not before the beginning"),
        Case(
            "shape and length differ", entries: tensor("a", "F16", "[3]", at: "[0,8]"), dataCount: 8,
            "tensor `a`: `data_offsets` [0, 8] span 8 bytes; F16 [3] has 6"),
        Case(
            "shape overflows", entries: tensor("a", "F32", "[4611686018427387904,4]", at: "[0,0]"),
            "tensor `a`: F32 [4611686018427387904, 4] has more bytes than 64 bits can count"),
        Case(
            "overlap", entries: tensor("a", "F32", "[2]", at: "[0,8]") + "," + tensor("b", at: "[4,8]"), dataCount: 8,
            "tensor `b`: it begins at byte 4 and overlaps `a` before it, which ends at 8"),
        Case(
            "the same bytes twice", entries: tensor("a", at: "[0,4]") + "," + tensor("b", at: "[0,4]"), dataCount: 4,
            "tensor `b`: it begins at byte 0 and overlaps `a`"),
        Case(
            "hole", entries: tensor("a", at: "[0,4]") + "," + tensor("b", at: "[8,12]"), dataCount: 12,
            "tensor `b`: it begins at byte 8, which leaves a hole: `a` before it ends at 4"),
        Case(
            "hole in front", entries: tensor("a", at: "[4,8]"), dataCount: 8,
            "tensor `a`: it begins at byte 4, which leaves a hole: the header ends at 0"),
        Case(
            "cut off", entries: tensor("a", at: "[0,4]"), dataCount: 3,
            "the tensors take 4 bytes but only 3 follow the header; the file is cut off"),
        Case(
            "bytes too many", entries: tensor("a", at: "[0,4]"), dataCount: 6,
            "2 bytes follow the last tensor; expected the end of the file"),
        Case(
            "offset at the end of 64 bits",
            entries: tensor("a", "U8", "[9223372036854775807]", at: "[0,9223372036854775807]"),
            "the tensors take 9223372036854775807 bytes but only 0 follow"),
        Case(
            "several faults",
            entries: tensor("a", "F99", "[1]", at: "[0,4]") + "," + tensor("b", "F32", "{}", at: "[4,8]"),
            dataCount: 8, #"tensor `a`: `dtype` is "F99""#, "tensor `b`: `shape` is {}"),
    ]

    @Test("refused with its place and what was expected", arguments: cases)
    func refused(_ testCase: Case) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(testCase.image)
        let error = try #require(throws: SafetensorsError.self) { try SafetensorsFile(path) }
        #expect(error.description.hasPrefix("\(path):"))
        #expect(error.description.contains("help: "))
        #expect(error.problems.count == testCase.messages.count)
        for message in testCase.messages { #expect(error.description.contains(message), "\(error)") }
    }

    @Test("many faults are shown by the first ten")
    func manyFaults() throws {
        let folder = try TemporaryFolder()
        let entries = (10..<30).map { Self.tensor("t\($0)", "X", "[1]", at: "[0,4]") }.joined(separator: ",")
        let path = try folder.write(SafetensorsImage(header: "{\(entries)}"))
        let error = try #require(throws: SafetensorsError.self) { try SafetensorsFile(path) }
        #expect(error.problems.count == 20)
        #expect(error.description.split(separator: "\n").count == 13)
        #expect(error.description.contains("and 10 more"))
    }

    @Test("a file without tensors, and tensors without elements, are no fault")
    func smallestFiles() throws {
        let folder = try TemporaryFolder()
        #expect(try SafetensorsFile(folder.write(SafetensorsImage(header: "{}      "))).names == [])
        let entries = [
            Self.tensor("a", "F32", "[0,4]", at: "[0,0]"), Self.tensor("b", at: "[0,4]"),
            Self.tensor("c", "F32", "[0]", at: "[4,4]"),
            Self.tensor("d", "F32", "[0,4611686018427387904,4]", at: "[4,4]"),
        ]
        let header = "{\(entries.joined(separator: ","))}"
        let file = try SafetensorsFile(
            folder.write(SafetensorsImage(header: header, data: .init(repeating: 0, count: 4))))
        #expect(try file.tensor("a").shape == [0, 4])
        #expect(try file.tensor("b").floats() == [0])
        #expect(try file.tensor("c").count == 0)
    }

    @Test("no damage to a file's bytes ends the process")
    func damage() throws {
        let folder = try TemporaryFolder()
        let original = [UInt8](
            try Data(contentsOf: URL(filePath: "\(Goldens.folder)/reference.safetensors")))
        var random = SplitMix64(state: 20)
        var refused = 0
        for _ in 0..<2000 {
            var bytes = original
            switch random.next() % 4 {
            case 0: bytes.removeLast(Int.random(in: 1...bytes.count, using: &random))
            case 1: bytes[Int.random(in: 0..<8, using: &random)] ^= 1 << (random.next() % 8)
            case 2:
                // A digit becomes another one: what JSON lets pass, the other checks must see.
                let digits = bytes.indices.filter { (0x30...0x39).contains(bytes[$0]) && $0 < 920 }
                guard let index = digits.randomElement(using: &random) else { continue }
                bytes[index] = UInt8.random(in: 0x30...0x39, using: &random)
            default:
                for _ in 0..<Int.random(in: 1...8, using: &random) {
                    bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8(truncatingIfNeeded: random.next())
                }
            }
            let path = try folder.write(SafetensorsImage(bytes: bytes))
            do {
                let file = try SafetensorsFile(path)
                for name in file.names { _ = try file.tensor(name).isFinite() }
            } catch is SafetensorsError {
                refused += 1
            }
        }
        // Damage to a name or to a tensor's bytes can't be seen; most of it can.
        #expect(refused > 1000)
    }
}

/// Numbers that are the same in every run (Steele, Lea, Flood 2014).
private struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
