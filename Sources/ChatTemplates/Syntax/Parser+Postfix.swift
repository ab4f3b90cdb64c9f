/// What follows a value: attributes, subscripts, calls, filters and tests.
extension Parser {
    mutating func postfix(_ value: Expression) throws(TemplateError) -> Expression {
        var value = value
        while true {
            switch current.kind {
            case .symbol(.dot): value = try attribute(of: value)
            case .symbol(.leftBracket): value = try subscripted(value)
            case .symbol(.leftParenthesis): value = try call(value)
            default: return value
            }
        }
    }

    mutating func filtersAndTests(_ value: Expression) throws(TemplateError) -> Expression {
        var value = value
        while true {
            switch current.kind {
            case .symbol(.pipe):
                advance()
                let filter = try filterCall()
                value = try expression(
                    .filter(value, filter.name, filter.arguments), at: filter.offset,
                    of: [value] + filter.arguments.expressions)
            case .name("is"): value = try test(of: value)
            case .symbol(.leftParenthesis): value = try call(value)
            default: return value
            }
        }
    }

    private mutating func attribute(of value: Expression) throws(TemplateError) -> Expression {
        advance()
        let token = advance()
        switch token.kind {
        case .name(let name): return try expression(.attribute(value, name), at: token.offset, of: [value])
        case .int(let index):
            let index = try expression(.int(index), at: token.offset)
            return try expression(.item(value, index), at: token.offset, of: [value, index])
        default: throw error("expected a name or a number after `.`, found \(token.description)", at: token.offset)
        }
    }

    // MARK: Subscripts

    private mutating func subscripted(_ value: Expression) throws(TemplateError) -> Expression {
        let start = advance().offset
        if isAt(.colon) { return try slice(of: value, from: nil, at: start) }
        if isAt(.rightBracket) {
            advance()
            let index = try expression(.tuple([]), at: start)
            return try expression(.item(value, index), at: start, of: [value, index])
        }
        let first = try expression()
        if isAt(.colon) { return try slice(of: value, from: first, at: start) }
        var indices = [first]
        while skip(.comma) { indices.append(try expression()) }
        try expect(.rightBracket)
        let index = indices.count == 1 ? first : try expression(.tuple(indices), at: start, of: indices)
        return try expression(.item(value, index), at: start, of: [value, index])
    }

    private mutating func slice(
        of value: Expression, from start: Expression?, at offset: Int
    ) throws(TemplateError) -> Expression {
        try expect(.colon)
        let stop = isAt(.colon) || isAt(.rightBracket) ? nil : try expression()
        var step: Expression?
        if skip(.colon), !isAt(.rightBracket) { step = try expression() }
        try expect(.rightBracket)
        return try expression(
            .slice(value, start: start, stop: stop, step: step), at: offset,
            of: [value] + [start, stop, step].compactMap { $0 })
    }

    // MARK: Calls

    private mutating func call(_ value: Expression) throws(TemplateError) -> Expression {
        let start = current.offset
        let arguments = try callArguments()
        return try expression(.call(value, arguments), at: start, of: [value] + arguments.expressions)
    }

    mutating func callArguments() throws(TemplateError) -> CallArguments {
        try expect(.leftParenthesis)
        var arguments = CallArguments()
        var isFirst = true
        while !isAt(.rightParenthesis) {
            if !isFirst {
                try expect(.comma)
                if isAt(.rightParenthesis) { break }
            }
            isFirst = false
            try argument(into: &arguments)
        }
        try expect(.rightParenthesis)
        return arguments
    }

    private mutating func argument(into arguments: inout CallArguments) throws(TemplateError) {
        let misplaced = error("this argument stands behind one that has to come later")
        if isAt(.times) {
            guard arguments.list == nil, arguments.dictionary == nil else { throw misplaced }
            advance()
            arguments.list = try expression()
        } else if isAt(.power) {
            guard arguments.dictionary == nil else { throw misplaced }
            advance()
            arguments.dictionary = try expression()
        } else if case .name(let name) = current.kind, following.kind == .symbol(.assign) {
            guard arguments.dictionary == nil else { throw misplaced }
            guard !arguments.keywords.contains(where: { $0.name == name }) else {
                throw error("the argument `\(name)` is given twice")
            }
            advance()
            advance()
            arguments.keywords.append((name, try expression()))
        } else {
            guard arguments.list == nil, arguments.dictionary == nil, arguments.keywords.isEmpty else {
                throw misplaced
            }
            arguments.positional.append(try expression())
        }
    }

    // MARK: Filters and tests

    /// A filter's name and arguments, with the position behind the `|`.
    mutating func filterCall() throws(TemplateError) -> Statement.FilterCall {
        let start = current.offset
        let name = try dottedName()
        if Filters.table[name] == nil { reportUnknown(Filters.unknown(name), at: start) }
        let arguments = isAt(.leftParenthesis) ? try callArguments() : CallArguments()
        return Statement.FilterCall(name: name, arguments: arguments, offset: start)
    }

    private mutating func test(of value: Expression) throws(TemplateError) -> Expression {
        advance()
        let isNegated = skip(name: "not")
        let start = current.offset
        let name = try dottedName()
        if Tests.table[name] == nil { reportUnknown(Tests.unknown(name), at: start) }
        var arguments = CallArguments()
        switch current.kind {
        case .symbol(.leftParenthesis): arguments = try callArguments()
        case .name("else"), .name("or"), .name("and"): break
        case .name("is"): throw error("tests can't follow one another; put the first in parentheses")
        case .name, .string, .int, .float, .symbol(.leftBracket), .symbol(.leftBrace):
            let operand = try nested { parser throws(TemplateError) in
                try parser.postfix(try parser.primary())
            }
            arguments.positional = [operand]
        default: break
        }
        let test = try expression(.test(value, name, arguments), at: start, of: [value] + arguments.expressions)
        return isNegated ? try expression(.not(test), at: start, of: [test]) : test
    }

    private mutating func dottedName() throws(TemplateError) -> String {
        var name = try expectName()
        while skip(.dot) { name += "." + (try expectName()) }
        return name
    }
}
