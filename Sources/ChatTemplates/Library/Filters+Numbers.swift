import Foundation

extension Filters {
    /// Filters that give or take numbers.
    static let numbers: [String: Filter] = [
        "abs": { evaluator, value, arguments throws(TemplateError) in
            try arguments.expectNone(of: "abs", evaluator)
            if case .undefined(let absence) = value { throw evaluator.fail(absence.message) }
            if let integer = value.integer {
                guard integer != .min else { throw evaluator.tooLarge() }
                return .int(abs(integer))
            }
            guard case .float(let number) = value else {
                throw evaluator.fail("`abs` needs a number, found \(value.kind)")
            }
            return .float(abs(number))
        },
        "int": toInteger,
        "float": { evaluator, value, arguments throws(TemplateError) in
            let fallback = try arguments.bind(["default"], of: "float", evaluator)[0] ?? .float(0)
            if case .undefined(let absence) = value { throw evaluator.fail(absence.message) }
            if case .string(let text) = value { return float(from: text).map { .float($0) } ?? fallback }
            return value.number.map { .float($0) } ?? fallback
        },
        "round": rounded,
        "sum": { evaluator, value, arguments throws(TemplateError) in
            let values = try arguments.bind(["attribute", "start"], of: "sum", evaluator)
            let path = try AttributePath(values[0], evaluator)
            var total = values[1] ?? .int(0)
            if total.isString { throw evaluator.fail("strings can't be summed; use `join`") }
            let iterator = try evaluator.iterate(value)
            while let element = try iterator.next(evaluator) {
                try evaluator.step()
                total = try evaluator.compute(.plus, total, try path.value(of: element, evaluator))
            }
            return total
        },
        "min": extreme("min") { $0 < 0 },
        "max": extreme("max") { $0 > 0 },
    ]

    private static func extreme(_ name: String, _ isBetter: @escaping @Sendable (Int) -> Bool) -> Filter {
        { evaluator, value, arguments throws(TemplateError) in
            let values = try arguments.bind(["case_sensitive", "attribute"], of: name, evaluator)
            let isSensitive = values[0]?.isTrue ?? false
            let path = try AttributePath(values[1], evaluator)
            let iterator = try evaluator.iterate(value)
            guard var best = try iterator.next(evaluator) else {
                return .undefined(.reason("an empty sequence has no `\(name)`"))
            }
            var bestKey = folded(try path.value(of: best, evaluator), isSensitive)
            while let element = try iterator.next(evaluator) {
                try evaluator.step()
                let key = folded(try path.value(of: element, evaluator), isSensitive)
                if let order = try evaluator.order(key, bestKey), isBetter(order) { (best, bestKey) = (element, key) }
            }
            return best
        }
    }

    // MARK: Conversions

    private static let toInteger: Filter = { evaluator, value, arguments throws(TemplateError) in
        let values = try arguments.bind(["default", "base"], of: "int", evaluator)
        let fallback = values[0] ?? .int(0)
        let base = try evaluator.integer(values[1], default: 10, "`base`")
        let number: Double?
        switch value {
        case .undefined(let absence): throw evaluator.fail(absence.message)
        case .int, .bool: return .int(value.integer ?? 0)
        case .float(let float):
            if float.isInfinite { throw evaluator.fail("infinity is no integer") }
            number = float
        case .string(let text):
            if let integer = integer(from: text, base: base) { return .int(integer) }
            number = float(from: text)
        default: number = nil
        }
        guard let number, number.isFinite else { return fallback }
        guard let integer = Int(exactly: number.rounded(.towardZero)) else { throw evaluator.tooLarge() }
        return .int(integer)
    }

    /// Digits without doubled underscores, as Python's `int` and `float` read them.
    private static func digits(_ text: String) -> String? {
        let text = text.stripped()
        guard text.unicodeScalars.allSatisfy(\.isASCII) else { return nil }
        guard text.utf8.contains(UInt8(ascii: "_")) else { return text }
        let bytes = Array(text.utf8)
        for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "_") {
            guard index > 0, index + 1 < bytes.count, Character(Unicode.Scalar(bytes[index - 1])).isHexDigit,
                Character(Unicode.Scalar(bytes[index + 1])).isHexDigit
            else { return nil }
        }
        return String(decoding: bytes.filter { $0 != UInt8(ascii: "_") }, as: UTF8.self)
    }

    private static func integer(from text: String, base: Int) -> Int? {
        guard var digits = digits(text), base == 0 || (2...36).contains(base) else { return nil }
        var isNegative = false
        if let sign = digits.first, sign == "-" || sign == "+" {
            isNegative = sign == "-"
            digits.removeFirst()
        }
        var base = base
        for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)]
        where (base == radix || base == 0) && digits.lowercased().hasPrefix(prefix) {
            digits.removeFirst(2)
            base = radix
        }
        if base == 0 { base = 10 }
        guard let first = digits.first, first != "-", first != "+" else { return nil }
        return Int((isNegative ? "-" : "") + digits, radix: base)
    }

    private static func float(from text: String) -> Double? {
        guard let digits = digits(text) else { return nil }
        let word = digits.lowercased().drop { $0 == "-" || $0 == "+" }
        if ["inf", "infinity", "nan"].contains(word) { return Double(digits) }
        let isPlain = digits.utf8.allSatisfy { "0123456789+-.eE".utf8.contains($0) }
        guard isPlain else { return nil }
        // Swift wants a digit on both sides of the point.
        var spelling = digits
        if let point = spelling.firstIndex(of: ".") {
            let next = spelling.index(after: point)
            if next == spelling.endIndex || !spelling[next].isNumber { spelling.insert("0", at: next) }
            if point == spelling.startIndex || !spelling[spelling.index(before: point)].isNumber {
                guard digits.contains(where: \.isNumber), next < digits.endIndex, digits[next].isNumber else {
                    return nil
                }
                spelling.insert("0", at: point)
            }
        }
        return Double(spelling)
    }

    // MARK: Rounding

    private static let rounded: Filter = { evaluator, value, arguments throws(TemplateError) in
        let values = try arguments.bind(["precision", "method"], of: "round", evaluator)
        let precision = try evaluator.integer(values[0], default: 0, "`precision`")
        let method = values[1] == nil ? "common" : try evaluator.expectString(values[1], "`method`")
        if case .undefined(let absence) = value { throw evaluator.fail(absence.message) }
        guard let number = value.number else { throw evaluator.fail("`round` needs a number, found \(value.kind)") }
        switch method {
        case "common":
            if let integer = value.integer { return .int(round(integer, precision)) }
            return .float(round(number, precision))
        case "ceil", "floor":
            let scale = pow(10, Double(precision))
            let scaled = number * scale
            guard scaled.isFinite, scale != 0, scale.isFinite else {
                throw evaluator.fail("this number can't be rounded so")
            }
            return .float((method == "ceil" ? scaled.rounded(.up) : scaled.rounded(.down)) / scale)
        default: throw evaluator.fail("`method` must be `common`, `ceil` or `floor`")
        }
    }

    /// Rounds to even where two are equally near.
    private static func round(_ integer: Int, _ precision: Int) -> Int {
        guard precision < 0 else { return integer }
        guard precision > -19 else { return 0 }
        let unit = (0..<(-precision)).reduce(1) { product, _ in product * 10 }
        let (quotient, remainder) = integer.quotientAndRemainder(dividingBy: unit)
        let twice = 2 * (remainder.magnitude % UInt(unit))
        let goesUp = twice > UInt(unit) || (twice == UInt(unit) && quotient % 2 != 0)
        let (result, overflow) = (quotient + (goesUp ? integer.signum() : 0)).multipliedReportingOverflow(by: unit)
        return overflow ? integer : result
    }

    private static func round(_ number: Double, _ precision: Int) -> Double {
        guard number.isFinite, precision < 300 else { return number }
        if precision < 0 {
            guard precision > -309 else { return 0 * number }
            let unit = pow(10, Double(-precision))
            return (number / unit).rounded(.toNearestOrEven) * unit
        }
        // C rounds the exact binary value, as Python does.
        return Double(String(format: "%.\(precision)f", number)) ?? number
    }
}
