import Foundation

/// Operators between values, as Python has them. Integers have 64 bits here; what goes beyond is an error.
extension Evaluator {
    func negate(_ value: Value, _ symbol: Symbol, at offset: Int) throws(TemplateError) -> Value {
        self.offset = offset
        if case .undefined(let absence) = value { throw fail(absence.message) }
        if let integer = value.integer {
            guard symbol == .minus else { return .int(integer) }
            let (result, overflow) = (0).subtractingReportingOverflow(integer)
            guard !overflow else { throw tooLarge() }
            return .int(result)
        }
        guard case .float(let number) = value else {
            throw fail("`\(symbol.rawValue)` needs a number, found \(value.kind)")
        }
        return .float(symbol == .minus ? -number : number)
    }

    func compute(_ symbol: Symbol, _ left: Value, _ right: Value) throws(TemplateError) -> Value {
        if symbol == .modulo, case .string(let format) = left {
            return try string(try PercentFormat(format, evaluator: self).filled(with: right))
        }
        for case .undefined(let absence) in [left, right] { throw fail(absence.message) }
        if let left = left.integer, let right = right.integer { return try compute(symbol, left, right) }
        if let left = left.number, let right = right.number { return try compute(symbol, left, right) }
        switch (symbol, left, right) {
        case (.plus, .string(let left), .string(let right)):
            try charge(bytes: left.utf8.count + right.utf8.count)
            return .string(left + right)
        case (.plus, .list(let left), .list(let right)): return try list(left.array + right.array)
        case (.plus, .tuple(let left), .tuple(let right)): return .tuple(try elements(left.array + right.array))
        case (.times, _, _):
            if let count = right.integer, let value = try repeated(left, count) { return value }
            if let count = left.integer, let value = try repeated(right, count) { return value }
        default: break
        }
        throw fail("`\(symbol.rawValue)` is not defined between \(left.kind) and \(right.kind)")
    }

    func tooLarge() -> TemplateError { fail("an integer beyond 64 bits") }

    private func repeated(_ value: Value, _ count: Int) throws(TemplateError) -> Value? {
        let count = max(count, 0)
        func size(_ unit: Int) throws(TemplateError) -> Int {
            let (size, overflow) = unit.multipliedReportingOverflow(by: count)
            return overflow ? .max : size
        }
        switch value {
        case .string(let text):
            try charge(bytes: try size(text.utf8.count))
            return .string(text.repeated(count))
        case .list(let all), .tuple(let all):
            try charge(elements: try size(all.array.count))
            let array = all.array.isEmpty ? [] : Array(repeatElement(all.array, count: count).joined())
            if case .list = value { return try list(array) }
            return .tuple(try elements(array))
        default: return nil
        }
    }

    // MARK: Numbers

    private func compute(_ symbol: Symbol, _ left: Int, _ right: Int) throws(TemplateError) -> Value {
        let outcome: (partialValue: Int, overflow: Bool)
        switch symbol {
        case .plus: outcome = left.addingReportingOverflow(right)
        case .minus: outcome = left.subtractingReportingOverflow(right)
        case .times: outcome = left.multipliedReportingOverflow(by: right)
        case .divide:
            guard right != 0 else { throw fail("division by zero") }
            return .float(Double(left) / Double(right))
        case .floorDivide, .modulo:
            guard right != 0 else { throw fail("division by zero") }
            let (quotient, overflow) = left.dividedReportingOverflow(by: right)
            guard !overflow else {
                if symbol == .modulo { return .int(0) }
                throw tooLarge()
            }
            let remainder = left - quotient * right
            let goesDown = remainder != 0 && (remainder < 0) != (right < 0)
            if symbol == .modulo { return .int(goesDown ? remainder + right : remainder) }
            return .int(goesDown ? quotient - 1 : quotient)
        case .power:
            guard right >= 0 else {
                guard left != 0 else { throw fail("zero can't be raised to a negative power") }
                return .float(pow(Double(left), Double(right)))
            }
            return .int(try power(left, right))
        default: throw fail("`\(symbol.rawValue)` is no operator between numbers")
        }
        guard !outcome.overflow else { throw tooLarge() }
        return .int(outcome.partialValue)
    }

    private func power(_ base: Int, _ exponent: Int) throws(TemplateError) -> Int {
        if base == 0 || base == 1 { return exponent == 0 ? 1 : base }
        if base == -1 { return exponent % 2 == 0 ? 1 : -1 }
        guard exponent < 64 else { throw tooLarge() }
        var result = 1
        for _ in 0..<exponent {
            let (product, overflow) = result.multipliedReportingOverflow(by: base)
            guard !overflow else { throw tooLarge() }
            result = product
        }
        return result
    }

    private func compute(_ symbol: Symbol, _ left: Double, _ right: Double) throws(TemplateError) -> Value {
        switch symbol {
        case .plus: return .float(left + right)
        case .minus: return .float(left - right)
        case .times: return .float(left * right)
        case .divide, .floorDivide, .modulo:
            guard right != 0 else { throw fail("division by zero") }
            if symbol == .divide { return .float(left / right) }
            var remainder = fmod(left, right)
            var quotient = (left - remainder) / right
            if remainder != 0 {
                if (right < 0) != (remainder < 0) {
                    remainder += right
                    quotient -= 1
                }
            } else {
                remainder = right.sign == .minus ? -0.0 : 0.0
            }
            if symbol == .modulo { return .float(remainder) }
            guard quotient != 0 else { return .float((left / right).sign == .minus ? -0.0 : 0.0) }
            let floor = quotient.rounded(.down)
            return .float(quotient - floor > 0.5 ? floor + 1 : floor)
        case .power:
            if left == 0, right < 0 { throw fail("zero can't be raised to a negative power") }
            if left < 0, right.rounded() != right, right.isFinite { throw fail("a root of a negative number") }
            let result = pow(left, right)
            if result.isInfinite, left.isFinite, right.isFinite { throw fail("a float beyond its range") }
            return .float(result)
        default: throw fail("`\(symbol.rawValue)` is no operator between numbers")
        }
    }
}
