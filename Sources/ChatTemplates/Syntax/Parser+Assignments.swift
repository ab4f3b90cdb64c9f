/// `set`, and macros with their parameters.
extension Parser {
    mutating func set() throws(TemplateError) -> Statement.Kind {
        let start = current.offset
        let target = try target(allowsAttributes: true)
        if loopCount > 0, target.names.contains("loop") { throw error("`loop` is the loop's own name", at: start) }
        if skip(.assign) { return .set(target, try tuple()) }
        var filters: [Statement.FilterCall] = []
        while skip(.pipe) { filters.append(try filterCall()) }
        try expectAllKnown()
        return .setBlock(target, filters: filters, body: try body(until: "endset").statements)
    }

    /// - Parameter allowsAttributes: whether `namespace.attribute` may be assigned to.
    mutating func target(allowsAttributes: Bool = false) throws(TemplateError) -> Target {
        var targets: [Target] = []
        var isTuple = false
        while true {
            if isTuple, isTupleEnd { break }
            targets.append(try singleTarget(allowsAttributes: allowsAttributes))
            guard skip(.comma) else { break }
            isTuple = true
        }
        return isTuple ? .tuple(targets) : targets[0]
    }

    private mutating func singleTarget(allowsAttributes: Bool) throws(TemplateError) -> Target {
        let start = current.offset
        if allowsAttributes, case .name(let name) = current.kind, following.kind == .symbol(.dot) {
            advance()
            advance()
            return .attribute(of: name, try expectName())
        }
        let names = readNames
        let value = try primary()
        readNames = names
        guard let target = Self.target(from: value) else { throw error("only names can be assigned to", at: start) }
        return target
    }

    private static func target(from value: Expression) -> Target? {
        switch value.kind {
        case .name(let name): return .name(name)
        case .tuple(let elements):
            let targets = elements.compactMap(target(from:))
            return targets.count == elements.count ? .tuple(targets) : nil
        default: return nil
        }
    }

    // MARK: Macros

    mutating func macro() throws(TemplateError) -> Statement.Kind {
        let start = current.offset
        let name = try expectName()
        guard !["true", "false", "none", "True", "False", "None"].contains(name) else {
            throw error("a macro can't be named `\(name)`", at: start)
        }
        return .macro(try definition(name, parameters: try parameters(), end: "endmacro"))
    }

    mutating func callBlock(at start: Int) throws(TemplateError) -> Statement.Kind {
        let parameters = isAt(.leftParenthesis) ? try parameters() : []
        let call = try expression()
        guard case .call(let callee, let arguments) = call.kind else {
            throw error("expected a call of a macro", at: start)
        }
        return .call(callee, arguments, caller: try definition("caller", parameters: parameters, end: "endcall"))
    }

    private mutating func parameters() throws(TemplateError) -> [(name: String, defaultValue: Expression?)] {
        try expect(.leftParenthesis)
        var parameters: [(name: String, defaultValue: Expression?)] = []
        while !isAt(.rightParenthesis) {
            if !parameters.isEmpty { try expect(.comma) }
            let start = current.offset
            let name = try expectName()
            guard !parameters.contains(where: { $0.name == name }) else {
                throw error("the parameter `\(name)` is named twice", at: start)
            }
            if skip(.assign) {
                parameters.append((name, try expression()))
            } else if parameters.last?.defaultValue != nil {
                throw error("`\(name)` needs a default: a parameter before it has one", at: start)
            } else {
                parameters.append((name, nil))
            }
        }
        try expect(.rightParenthesis)
        return parameters
    }

    private mutating func definition(
        _ name: String, parameters: [(name: String, defaultValue: Expression?)], end: String
    ) throws(TemplateError) -> MacroDefinition {
        readNames.append([])
        let body = try functionBody(until: end)
        let read = readNames.removeLast()
        let special = read.intersection(["caller", "varargs", "kwargs"]).subtracting(parameters.map(\.name))
        return MacroDefinition(name: name, parameters: parameters, body: body, special: special)
    }
}
