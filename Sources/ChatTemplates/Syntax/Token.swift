/// A piece of a template, and where it begins.
struct Token: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        case text(String)
        case blockBegin
        case blockEnd
        case printBegin
        case printEnd
        case name(String)
        case string(String)
        case int(Int)
        case float(Double)
        case symbol(Symbol)
        case end
    }

    let kind: Kind
    let offset: Int

    /// What stands there, for messages.
    var description: String {
        switch kind {
        case .text: "text"
        case .blockBegin: "`{%`"
        case .blockEnd: "`%}`"
        case .printBegin: "`{{`"
        case .printEnd: "`}}`"
        case .name(let name): "`\(name)`"
        case .string: "a string"
        case .int(let value): "`\(value)`"
        case .float(let value): "`\(value)`"
        case .symbol(let symbol): "`\(symbol.rawValue)`"
        case .end: "the end of the template"
        }
    }
}

/// Operators and punctuation.
enum Symbol: String, Hashable, Sendable, CaseIterable {
    case power = "**"
    case floorDivide = "//"
    case equal = "=="
    case notEqual = "!="
    case greaterOrEqual = ">="
    case lessOrEqual = "<="
    case plus = "+"
    case minus = "-"
    case times = "*"
    case divide = "/"
    case modulo = "%"
    case tilde = "~"
    case leftBracket = "["
    case rightBracket = "]"
    case leftParenthesis = "("
    case rightParenthesis = ")"
    case leftBrace = "{"
    case rightBrace = "}"
    case greater = ">"
    case less = "<"
    case assign = "="
    case dot = "."
    case colon = ":"
    case pipe = "|"
    case comma = ","
    case semicolon = ";"

    /// The bracket that closes this one.
    var closing: Symbol? {
        switch self {
        case .leftBracket: .rightBracket
        case .leftParenthesis: .rightParenthesis
        case .leftBrace: .rightBrace
        default: nil
        }
    }

    var isClosing: Bool {
        self == .rightBracket || self == .rightParenthesis || self == .rightBrace
    }

    private static let long = Dictionary(
        uniqueKeysWithValues: allCases.filter { $0.rawValue.utf8.count == 2 }.map { ($0.rawValue, $0) })
    private static let short = Dictionary(
        uniqueKeysWithValues: allCases.filter { $0.rawValue.utf8.count == 1 }.map { ($0.rawValue, $0) })

    /// The longest symbol that the scalars begin with.
    static func leading(_ first: Unicode.Scalar, _ second: Unicode.Scalar?) -> Symbol? {
        if let second, let symbol = long[String(first) + String(second)] { return symbol }
        return short[String(first)]
    }
}
