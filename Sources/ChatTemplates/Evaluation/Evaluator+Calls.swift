extension Evaluator {
    func arguments(_ arguments: CallArguments) throws(TemplateError) -> Arguments {
        var result = Arguments(positional: try values(arguments.positional))
        for keyword in arguments.keywords { result.keywords.append((keyword.name, try evaluate(keyword.value))) }
        if let list = arguments.list { result.positional += try collect(try evaluate(list)) }
        if let expression = arguments.dictionary {
            guard case .dictionary(let dictionary) = try evaluate(expression) else {
                throw fail("`**` needs a dictionary")
            }
            for entry in dictionary.entries {
                guard case .string(let name) = entry.key else { throw fail("the names of arguments are strings") }
                guard !result.keywords.contains(where: { $0.name.hasSameScalars(as: name) }) else {
                    throw fail("the argument `\(name)` is given twice")
                }
                try step(1 + result.keywords.count)
                result.keywords.append((name, entry.value))
            }
        }
        return result
    }

    func call(_ function: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
        if case .undefined(let absence) = function { throw fail(absence.message) }
        guard case .function(let function) = function else { throw fail("\(function.kind) can't be called") }
        return try nested { () throws(TemplateError) in
            switch function {
            case .macro(let definition, let scope): return try call(definition, in: scope, arguments)
            case .global(let global): return try global.call(arguments, self)
            case .method(let value, let name): return try call(name, of: value, arguments)
            case .loopMethod(let loop, let name): return try loop.call(name, arguments, self)
            case .cycler(let cycler, let name): return Globals.call(name, of: cycler)
            case .joiner(let joiner):
                defer { joiner.isUsed = true }
                return .string(joiner.isUsed ? joiner.separator : "")
            }
        }
    }

    private func call(_ name: String, of value: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
        if case .string(let text) = value { return try TextMethods(text, self).call(name, arguments) }
        return try CollectionMethods(value, self).call(name, arguments)
    }

    // MARK: Macros

    private func call(
        _ definition: MacroDefinition, in outer: Scope, _ arguments: Arguments
    ) throws(TemplateError) -> Value {
        let parameters = definition.parameters
        var keywords = arguments.keywords
        let inner = Scope(in: outer)
        var missing: [(name: String, defaultValue: Expression?)] = []
        for (index, parameter) in parameters.enumerated() {
            if index < arguments.positional.count {
                inner.values[parameter.name] = arguments.positional[index]
            } else if let given = keywords.firstIndex(where: { $0.name == parameter.name }) {
                inner.values[parameter.name] = keywords.remove(at: given).value
            } else {
                missing.append(parameter)
            }
        }
        try takeSpecial(definition, &keywords, extra: Array(arguments.positional.dropFirst(parameters.count)), inner)

        let start = offset
        let (text, _) = try within(inner) { () throws(TemplateError) in
            for parameter in missing {
                if let expression = parameter.defaultValue {
                    inner.values[parameter.name] = try evaluate(expression)
                } else {
                    inner.values[parameter.name] = .undefined(
                        .reason("the parameter `\(parameter.name)` was not given"))
                }
            }
            return try capture { () throws(TemplateError) in try execute(definition.body) }
        }
        offset = start
        return try string(text)
    }

    /// Gives what no parameter takes to `caller`, `kwargs` and `varargs`, or refuses it.
    private func takeSpecial(
        _ definition: MacroDefinition, _ keywords: inout [(name: String, value: Value)], extra: [Value], _ scope: Scope
    ) throws(TemplateError) {
        if definition.special.contains("caller") {
            let index = keywords.firstIndex { $0.name == "caller" }
            scope.values["caller"] =
                index.map { keywords.remove(at: $0).value } ?? .undefined(.reason("the macro was not called by `call`"))
        }
        if definition.special.contains("kwargs") {
            scope.values["kwargs"] = try dictionary(keywords.map { (.string($0.name), $0.value) })
        } else if let keyword = keywords.first {
            throw fail("the macro `\(definition.name)` has no parameter `\(keyword.name)`")
        }
        if definition.special.contains("varargs") {
            scope.values["varargs"] = .tuple(try elements(extra))
        } else if !extra.isEmpty {
            throw fail("the macro `\(definition.name)` takes at most \(definition.parameters.count) arguments")
        }
    }
}
