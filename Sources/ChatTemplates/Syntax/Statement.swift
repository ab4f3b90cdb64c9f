/// A part of a template: text, something to print, or a block.
struct Statement: Sendable {
    let kind: Kind
    let offset: Int

    indirect enum Kind: Sendable {
        case text(String)
        case print(Expression)
        case condition(branches: [(condition: Expression, body: [Statement])], otherwise: [Statement])
        case loop(Loop)
        case set(Target, Expression)
        case setBlock(Target, filters: [FilterCall], body: [Statement])
        case with([(target: Target, value: Expression)], body: [Statement])
        case macro(MacroDefinition)
        /// `{% call(parameters) macro(arguments) %}`: the body is the macro's `caller`.
        case call(Expression, CallArguments, caller: MacroDefinition)
        case filter([FilterCall], body: [Statement])
        /// `{% generation %}`: the body is what the model is to learn to write.
        case generation(body: [Statement])
        case breakLoop
        case continueLoop
    }

    /// `{% for target in items if condition %}`
    struct Loop: Sendable {
        let target: Target
        let items: Expression
        let condition: Expression?
        let body: [Statement]
        let otherwise: [Statement]
    }

    /// A filter that is applied to a block's text.
    struct FilterCall: Sendable {
        let name: String
        let arguments: CallArguments
        let offset: Int
    }
}

/// What a value is assigned to.
indirect enum Target: Sendable {
    case name(String)
    case tuple([Target])
    /// `namespace.attribute`
    case attribute(of: String, String)

    var names: [String] {
        switch self {
        case .name(let name): [name]
        case .tuple(let targets): targets.flatMap(\.names)
        case .attribute: []
        }
    }
}

/// A macro, or the body of a `call` block.
struct MacroDefinition: Sendable {
    let name: String
    let parameters: [(name: String, defaultValue: Expression?)]
    let body: [Statement]
    /// Which of `caller`, `varargs` and `kwargs` the body asks for; only these take what no parameter takes.
    let special: Set<String>
}
