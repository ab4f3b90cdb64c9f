/// The content of a string between its quotes, with Python's escapes.
///
/// As in Jinja, an unknown escape stays as it is written, backslash included. Named characters (`\N{…}`) and halves of
/// surrogate pairs are refused.
struct StringLiteral {
    private let scalars: [Unicode.Scalar]
    private var index = 0
    /// Where the escape begins that could not be read.
    private(set) var faultOffset = 0

    init(_ scalars: ArraySlice<Unicode.Scalar>) {
        self.scalars = Array(scalars)
    }

    mutating func value() -> String? {
        var result = String.UnicodeScalarView()
        while index < scalars.count {
            let scalar = scalars[index]
            index += 1
            if scalar == "\\", index < scalars.count {
                faultOffset = index - 1
                guard escape(into: &result) else { return nil }
            } else {
                result.append(scalar)
            }
        }
        return String(result)
    }

    private mutating func escape(into result: inout String.UnicodeScalarView) -> Bool {
        let scalar = scalars[index]
        index += 1
        switch scalar {
        case "\n": break
        case "\\", "'", "\"": result.append(scalar)
        case "a": result.append("\u{7}")
        case "b": result.append("\u{8}")
        case "f": result.append("\u{C}")
        case "n": result.append("\n")
        case "r": result.append("\r")
        case "t": result.append("\t")
        case "v": result.append("\u{B}")
        case "0"..."7":
            index -= 1
            return number(radix: 8, digits: 1...3, into: &result)
        case "x": return number(radix: 16, digits: 2...2, into: &result)
        case "u": return number(radix: 16, digits: 4...4, into: &result)
        case "U": return number(radix: 16, digits: 8...8, into: &result)
        case "N": return false
        default:
            // Jinja spells what is not ASCII as an escape before it reads escapes, which makes two backslashes of
            // one that stands before it.
            if scalar.isASCII {
                result.append("\\")
                result.append(scalar)
            } else {
                result.append(contentsOf: Self.spelling(of: scalar).unicodeScalars)
            }
        }
        return true
    }

    private mutating func number(
        radix: Int, digits: ClosedRange<Int>, into result: inout String.UnicodeScalarView
    ) -> Bool {
        var value: UInt32 = 0
        var count = 0
        while count < digits.upperBound, index < scalars.count, scalars[index].isASCII,
            let digit = Character(scalars[index]).hexDigitValue, digit < radix
        {
            value = value &* UInt32(radix) &+ UInt32(digit)
            count += 1
            index += 1
        }
        guard count >= digits.lowerBound, let scalar = Unicode.Scalar(value) else { return false }
        result.append(scalar)
        return true
    }

    /// `\xHH`, `\uHHHH` or `\UHHHHHHHH`, the shortest that holds the scalar.
    static func spelling(of scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16)
        let (letter, width) = scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x1_0000 ? ("u", 4) : ("U", 8)
        return "\\" + letter + String(repeating: "0", count: width - digits.count) + digits
    }
}
