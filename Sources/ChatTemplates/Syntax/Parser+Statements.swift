extension Parser {
    /// Statements up to a block whose name is one of `ends`, with the position at that name.
    mutating func statements(until ends: [String]) throws(TemplateError) -> [Statement] {
        var body: [Statement] = []
        while true {
            let token = current
            switch token.kind {
            case .text(let text):
                advance()
                body.append(Statement(kind: .text(text), offset: token.offset))
            case .printBegin:
                advance()
                body.append(Statement(kind: .print(try tuple()), offset: token.offset))
                try expect(.printEnd, "`}}`")
            case .blockBegin:
                advance()
                if case .name(let name) = current.kind, ends.contains(name) { return body }
                body += try nested { parser throws(TemplateError) in try parser.block() }
                try expect(.blockEnd, "`%}`")
            default:
                guard ends.isEmpty else {
                    throw error("the template ends before \(Self.list(ends))")
                }
                return body
            }
        }
    }

    /// The body of a block, from the end of its first tag to behind the name of its last.
    mutating func body(until ends: String...) throws(TemplateError) -> (statements: [Statement], end: String) {
        _ = skip(.colon)
        try expect(.blockEnd, "`%}`")
        openBlocks.append(Self.list(ends))
        defer { openBlocks.removeLast() }
        let statements = try statements(until: ends)
        return (statements, try expectName())
    }

    private static func list(_ names: [String]) -> String {
        names.map { "`\($0)`" }.joined(separator: " or ")
    }

    /// The body of a function of its own: no loop around it can be left from within.
    mutating func functionBody(until end: String) throws(TemplateError) -> [Statement] {
        let (wasInLoop, allowed) = (isInLoop, allowsUnknown)
        (isInLoop, allowsUnknown) = (false, false)
        defer { (isInLoop, allowsUnknown) = (wasInLoop, allowed) }
        return try body(until: end).statements
    }

    private mutating func block() throws(TemplateError) -> [Statement] {
        let start = current.offset
        guard case .name(let name) = current.kind else { throw unexpected("a tag's name") }
        advance()
        func statement(_ kind: Statement.Kind) -> Statement { Statement(kind: kind, offset: start) }
        switch name {
        case "if": return [statement(try condition())]
        case "for": return [statement(try loop(at: start))]
        case "set": return [statement(try set())]
        case "with": return [statement(try with())]
        case "macro": return [statement(try macro())]
        case "call": return [statement(try callBlock(at: start))]
        case "filter": return [statement(try filterBlock())]
        case "generation": return [statement(.generation(body: try functionBody(until: "endgeneration")))]
        case "break", "continue":
            guard isInLoop else { throw error("`\(name)` stands outside of a loop", at: start) }
            return [statement(name == "break" ? .breakLoop : .continueLoop)]
        case "print":
            return try printed(at: start)
        default: throw error(unknownTag(name), at: start)
        }
    }

    private static let known = [
        "break", "call", "continue", "elif", "else", "endcall", "endfilter", "endfor", "endgeneration", "endif",
        "endmacro", "endset", "endwith", "filter", "for", "generation", "if", "macro", "print", "raw", "set", "with",
    ]

    private static let unsupported: Set<String> = ["autoescape", "block", "extends", "from", "import", "include"]

    private func unknownTag(_ name: String) -> String {
        if Self.unsupported.contains(name) { return "the tag `\(name)` is not supported in chat templates" }
        if Self.known.contains(name) {
            let expected = openBlocks.last.map { "; expected \($0)" } ?? "; no block is open"
            return "`\(name)` does not belong here\(expected)"
        }
        return "unknown tag `\(name)`" + SimilarName.suggestion(name, among: Self.known)
    }

    private mutating func printed(at start: Int) throws(TemplateError) -> [Statement] {
        var statements: [Statement] = []
        while current.kind != .blockEnd {
            if !statements.isEmpty { try expect(.comma) }
            statements.append(Statement(kind: .print(try expression()), offset: start))
        }
        return statements
    }

    private mutating func condition() throws(TemplateError) -> Statement.Kind {
        let allowed = allowsUnknown
        allowsUnknown = true
        defer { allowsUnknown = allowed }
        var branches: [(condition: Expression, body: [Statement])] = []
        while true {
            let condition = try tuple(allowsConditional: false)
            let (body, end) = try body(until: "elif", "else", "endif")
            branches.append((condition, body))
            if end == "elif" { continue }
            let otherwise = end == "else" ? try self.body(until: "endif").statements : []
            return .condition(branches: branches, otherwise: otherwise)
        }
    }

    private mutating func loop(at start: Int) throws(TemplateError) -> Statement.Kind {
        let target = try target()
        try expect(name: "in")
        let items = try tuple(allowsConditional: false)
        let condition = skip(name: "if") ? try expression() : nil
        if isAt(name: "recursive") { throw error("`recursive` loops are not supported in chat templates") }
        let (wasInLoop, allowed) = (isInLoop, allowsUnknown)
        (isInLoop, allowsUnknown) = (true, false)
        loopCount += 1
        defer { loopCount -= 1 }
        if target.names.contains("loop") { throw error("`loop` is the loop's own name", at: start) }
        let (body, end) = try body(until: "endfor", "else")
        (isInLoop, allowsUnknown) = (wasInLoop, false)
        let otherwise = end == "else" ? try self.body(until: "endfor").statements : []
        allowsUnknown = allowed
        return .loop(
            Statement.Loop(target: target, items: items, condition: condition, body: body, otherwise: otherwise))
    }

    private mutating func with() throws(TemplateError) -> Statement.Kind {
        var assignments: [(target: Target, value: Expression)] = []
        while current.kind != .blockEnd {
            if !assignments.isEmpty { try expect(.comma) }
            let target = try target()
            try expect(.assign)
            assignments.append((target, try expression()))
        }
        let allowed = allowsUnknown
        allowsUnknown = false
        defer { allowsUnknown = allowed }
        return .with(assignments, body: try body(until: "endwith").statements)
    }

    private mutating func filterBlock() throws(TemplateError) -> Statement.Kind {
        var filters = [try filterCall()]
        while skip(.pipe) { filters.append(try filterCall()) }
        try expectAllKnown()
        return .filter(filters, body: try body(until: "endfilter").statements)
    }
}
