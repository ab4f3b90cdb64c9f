/// Something with a value, and where it stands.
struct Expression: Sendable {
    let kind: Kind
    /// Where its error is reported, in scalars of the template.
    let offset: Int
    /// How many expressions are within one another here, itself included.
    let height: Int

    indirect enum Kind: Sendable {
        case none
        case bool(Bool)
        case int(Int)
        case float(Double)
        case string(String)
        case name(String)
        case list([Expression])
        case tuple([Expression])
        case dictionary([(key: Expression, value: Expression)])
        case unary(Symbol, Expression)
        case binary(Symbol, Expression, Expression)
        case concatenation([Expression])
        case comparison(Expression, [(operation: Comparison, operand: Expression)])
        case not(Expression)
        case and(Expression, Expression)
        case or(Expression, Expression)
        /// `value if condition else alternative`
        case conditional(condition: Expression, value: Expression, alternative: Expression?)
        /// `object.name`
        case attribute(Expression, String)
        /// `object[index]`
        case item(Expression, Expression)
        /// `object[start:stop:step]`
        case slice(Expression, start: Expression?, stop: Expression?, step: Expression?)
        case call(Expression, CallArguments)
        /// `value|name(arguments)`
        case filter(Expression, String, CallArguments)
        /// `value is name(arguments)`
        case test(Expression, String, CallArguments)
    }

    enum Comparison: String, Sendable {
        case equal = "=="
        case notEqual = "!="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
        case isIn = "in"
        case isNotIn = "not in"
    }
}

/// What stands between the parentheses of a call.
struct CallArguments: Sendable {
    var positional: [Expression] = []
    var keywords: [(name: String, value: Expression)] = []
    /// `*list`
    var list: Expression?
    /// `**dictionary`
    var dictionary: Expression?

    var expressions: [Expression] {
        positional + keywords.map(\.value) + [list, dictionary].compactMap { $0 }
    }
}
