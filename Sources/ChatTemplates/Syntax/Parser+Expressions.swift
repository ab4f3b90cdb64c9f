extension Parser {
    /// Any expression but an unparenthesized tuple.
    mutating func expression() throws(TemplateError) -> Expression {
        try nested { parser throws(TemplateError) in try parser.conditional() }
    }

    /// An expression, or several with commas between them.
    ///
    /// - Parameters:
    ///   - allowsConditional: whether `if` belongs to the expression; behind `for` it does not.
    ///   - isParenthesized: whether nothing at all is a tuple too.
    mutating func tuple(
        allowsConditional: Bool = true, isParenthesized: Bool = false
    ) throws(TemplateError) -> Expression {
        let start = current.offset
        var elements: [Expression] = []
        var isTuple = false
        while true {
            if !elements.isEmpty { try expect(.comma) }
            if isTupleEnd { break }
            elements.append(
                try nested { parser throws(TemplateError) in
                    allowsConditional ? try parser.conditional() : try parser.unconditional()
                })
            guard isAt(.comma) else { break }
            isTuple = true
        }
        if !isTuple {
            if let only = elements.first { return only }
            guard isParenthesized else { throw unexpected("an expression") }
        }
        return try expression(.tuple(elements), at: start, of: elements)
    }

    /// Whether a comma before here was the last.
    var isTupleEnd: Bool {
        switch current.kind {
        case .printEnd, .blockEnd, .symbol(.rightParenthesis): true
        default: false
        }
    }

    // MARK: By precedence, loosest first

    private mutating func conditional() throws(TemplateError) -> Expression {
        let before = unknown
        unknown = nil
        conditionalDepth += 1
        defer { conditionalDepth -= 1 }
        var value = try or()
        unknown = isAt(name: "if") ? before : before ?? unknown
        if conditionalDepth == 1 { try expectAllKnown() }
        while isAt(name: "if") {
            let start = advance().offset
            let allowed = allowsUnknown
            allowsUnknown = true
            defer { allowsUnknown = allowed }
            let condition = try or()
            var alternative: Expression?
            if skip(name: "else") {
                alternative = try nested { parser throws(TemplateError) in try parser.conditional() }
            }
            value = try expression(
                .conditional(condition: condition, value: value, alternative: alternative), at: start,
                of: [condition, value] + (alternative.map { [$0] } ?? []))
        }
        return value
    }

    private mutating func unconditional() throws(TemplateError) -> Expression {
        let value = try or()
        try expectAllKnown()
        return value
    }

    private mutating func or() throws(TemplateError) -> Expression {
        var left = try and()
        while isAt(name: "or") {
            let start = advance().offset
            let right = try and()
            left = try expression(.or(left, right), at: start, of: [left, right])
        }
        return left
    }

    private mutating func and() throws(TemplateError) -> Expression {
        var left = try not()
        while isAt(name: "and") {
            let start = advance().offset
            let right = try not()
            left = try expression(.and(left, right), at: start, of: [left, right])
        }
        return left
    }

    private mutating func not() throws(TemplateError) -> Expression {
        guard isAt(name: "not") else { return try comparison() }
        let start = advance().offset
        let operand = try nested { parser throws(TemplateError) in try parser.not() }
        return try expression(.not(operand), at: start, of: [operand])
    }

    private mutating func comparison() throws(TemplateError) -> Expression {
        let start = current.offset
        let left = try sum()
        var operations: [(operation: Expression.Comparison, operand: Expression)] = []
        while let operation = comparisonOperator() {
            operations.append((operation, try sum()))
        }
        if operations.isEmpty { return left }
        return try expression(.comparison(left, operations), at: start, of: [left] + operations.map(\.operand))
    }

    private mutating func comparisonOperator() -> Expression.Comparison? {
        if skip(name: "in") { return .isIn }
        if isAt(name: "not"), following.kind == .name("in") {
            advance()
            advance()
            return .isNotIn
        }
        guard case .symbol(let symbol) = current.kind,
            let operation = Expression.Comparison(rawValue: symbol.rawValue)
        else { return nil }
        advance()
        return operation
    }

    private mutating func sum() throws(TemplateError) -> Expression {
        var left = try concatenation()
        while isAt(.plus) || isAt(.minus) {
            let symbol: Symbol = isAt(.plus) ? .plus : .minus
            let start = advance().offset
            let right = try concatenation()
            left = try expression(.binary(symbol, left, right), at: start, of: [left, right])
        }
        return left
    }

    private mutating func concatenation() throws(TemplateError) -> Expression {
        let start = current.offset
        var parts = [try product()]
        while skip(.tilde) { parts.append(try product()) }
        return parts.count == 1 ? parts[0] : try expression(.concatenation(parts), at: start, of: parts)
    }

    private mutating func product() throws(TemplateError) -> Expression {
        var left = try power()
        while case .symbol(let symbol) = current.kind,
            symbol == .times || symbol == .divide || symbol == .floorDivide || symbol == .modulo
        {
            let start = advance().offset
            let right = try power()
            left = try expression(.binary(symbol, left, right), at: start, of: [left, right])
        }
        return left
    }

    private mutating func power() throws(TemplateError) -> Expression {
        var left = try unary()
        while isAt(.power) {
            let start = advance().offset
            let right = try unary()
            left = try expression(.binary(.power, left, right), at: start, of: [left, right])
        }
        return left
    }

    private mutating func unary(withFilters: Bool = true) throws(TemplateError) -> Expression {
        var value: Expression
        if isAt(.minus) || isAt(.plus) {
            let symbol: Symbol = isAt(.minus) ? .minus : .plus
            let start = advance().offset
            let operand = try nested { parser throws(TemplateError) in try parser.unary(withFilters: false) }
            value = try expression(.unary(symbol, operand), at: start, of: [operand])
        } else {
            value = try primary()
        }
        value = try postfix(value)
        return withFilters ? try filtersAndTests(value) : value
    }

    // MARK: Values

    mutating func primary() throws(TemplateError) -> Expression {
        let token = current
        switch token.kind {
        case .name(let name):
            advance()
            return try expression(named(name), at: token.offset)
        case .string(var value):
            advance()
            while case .string(let more) = current.kind {
                value += more
                advance()
            }
            return try expression(.string(value), at: token.offset)
        case .int(let value):
            advance()
            return try expression(.int(value), at: token.offset)
        case .float(let value):
            advance()
            return try expression(.float(value), at: token.offset)
        case .symbol(.leftParenthesis):
            advance()
            let value = try tuple(isParenthesized: true)
            try expect(.rightParenthesis)
            return value
        case .symbol(.leftBracket): return try list()
        case .symbol(.leftBrace): return try dictionary()
        default: throw unexpected("an expression")
        }
    }

    private mutating func named(_ name: String) -> Expression.Kind {
        switch name {
        case "true", "True": return .bool(true)
        case "false", "False": return .bool(false)
        case "none", "None": return .none
        default:
            for index in readNames.indices { readNames[index].insert(name) }
            return .name(name)
        }
    }

    private mutating func list() throws(TemplateError) -> Expression {
        let start = advance().offset
        var elements: [Expression] = []
        while !isAt(.rightBracket) {
            if !elements.isEmpty {
                try expect(.comma)
                if isAt(.rightBracket) { break }
            }
            elements.append(try expression())
        }
        try expect(.rightBracket)
        return try expression(.list(elements), at: start, of: elements)
    }

    private mutating func dictionary() throws(TemplateError) -> Expression {
        let start = advance().offset
        var items: [(key: Expression, value: Expression)] = []
        while !isAt(.rightBrace) {
            if !items.isEmpty {
                try expect(.comma)
                if isAt(.rightBrace) { break }
            }
            let key = try expression()
            try expect(.colon)
            items.append((key, try expression()))
        }
        try expect(.rightBrace)
        return try expression(.dictionary(items), at: start, of: items.flatMap { [$0.key, $0.value] })
    }
}
