/// Reads tokens into statements, by recursive descent as Jinja's own parser goes.
struct Parser {
    let source: TemplateSource
    private let tokens: [Token]
    private var index = 0
    private var depth = 0
    /// What the blocks around this place wait for, innermost last: `endif`, `endfor` …
    var openBlocks: [String] = []
    /// Whether a `break` here has a loop to leave.
    var isInLoop = false
    /// How many `for` there are around this place, macros' bodies included.
    var loopCount = 0
    /// Within `if`, an unknown filter is an error only when it is reached: templates ask for versions that way.
    var allowsUnknown = false
    /// The first unknown filter or test of an expression that may still turn out to stand before an `if`.
    var unknown: TemplateError?
    /// How many expressions that may have an `if` are under way here.
    var conditionalDepth = 0
    /// Names that are read, for each macro around this place.
    var readNames: [Set<String>] = []

    private init(_ source: TemplateSource, _ tokens: [Token]) {
        self.source = source
        self.tokens = tokens
    }

    static func statements(of source: TemplateSource) throws(TemplateError) -> [Statement] {
        var parser = Parser(source, try Lexer.tokens(of: source))
        return try parser.statements(until: [])
    }

    // MARK: Tokens

    var current: Token { tokens[index] }

    var following: Token { tokens[min(index + 1, tokens.count - 1)] }

    @discardableResult
    mutating func advance() -> Token {
        let token = tokens[index]
        if index + 1 < tokens.count { index += 1 }
        return token
    }

    func isAt(_ symbol: Symbol) -> Bool { current.kind == .symbol(symbol) }

    func isAt(name: String) -> Bool { current.kind == .name(name) }

    mutating func skip(_ symbol: Symbol) -> Bool {
        guard isAt(symbol) else { return false }
        advance()
        return true
    }

    mutating func skip(name: String) -> Bool {
        guard isAt(name: name) else { return false }
        advance()
        return true
    }

    mutating func expect(_ symbol: Symbol) throws(TemplateError) {
        guard skip(symbol) else { throw unexpected("`\(symbol.rawValue)`") }
    }

    mutating func expect(name: String) throws(TemplateError) {
        guard skip(name: name) else { throw unexpected("`\(name)`") }
    }

    mutating func expect(_ kind: Token.Kind, _ description: String) throws(TemplateError) {
        guard current.kind == kind else { throw unexpected(description) }
        advance()
    }

    mutating func expectName() throws(TemplateError) -> String {
        guard case .name(let name) = current.kind else { throw unexpected("a name") }
        advance()
        return name
    }

    // MARK: Errors and depth

    func unexpected(_ expected: String) -> TemplateError {
        error("expected \(expected), found \(current.description)")
    }

    func error(_ message: String, at offset: Int? = nil) -> TemplateError {
        source.error(.syntax, at: offset ?? current.offset, message)
    }

    /// Refuses an unknown filter or test, now or when the expression around it has ended without an `if`.
    mutating func reportUnknown(_ message: String, at offset: Int) {
        if !allowsUnknown, unknown == nil { unknown = error(message, at: offset) }
    }

    func expectAllKnown() throws(TemplateError) {
        if let unknown { throw unknown }
    }

    /// Reads what stands within brackets, operators or a block, unless that is too deep.
    mutating func nested<Result>(
        _ body: (inout Parser) throws(TemplateError) -> Result
    ) throws(TemplateError) -> Result {
        guard depth < TemplateLimits.syntaxDepth else {
            throw source.error(
                .limit, at: current.offset, "nested deeper than \(TemplateLimits.syntaxDepth) levels")
        }
        depth += 1
        defer { depth -= 1 }
        return try body(&self)
    }

    /// An expression of others.
    func expression(
        _ kind: Expression.Kind, at offset: Int, of parts: [Expression] = []
    ) throws(TemplateError) -> Expression {
        let height = 1 + (parts.map(\.height).max() ?? 0)
        guard height <= TemplateLimits.expressionHeight else {
            throw source.error(
                .limit, at: offset, "an expression of more than \(TemplateLimits.expressionHeight) levels")
        }
        return Expression(kind: kind, offset: offset, height: height)
    }
}
