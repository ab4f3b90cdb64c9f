extension Evaluator {
    func evaluate(_ expression: Expression) throws(TemplateError) -> Value {
        offset = expression.offset
        try step()
        switch expression.kind {
        case .none: return .none
        case .bool(let value): return .bool(value)
        case .int(let value): return .int(value)
        case .float(let value): return .float(value)
        case .string(let value): return .string(value)
        case .name(let name): return scope.lookUp(name) ?? .undefined(.name(name))
        default: return try nested { () throws(TemplateError) in try evaluateComposed(expression) }
        }
    }

    private func evaluateComposed(_ expression: Expression) throws(TemplateError) -> Value {
        switch expression.kind {
        case .list(let parts): return try list(try values(parts))
        case .tuple(let parts): return .tuple(try elements(try values(parts)))
        case .dictionary(let items): return try evaluateDictionary(items)
        case .unary(let symbol, let operand): return try negate(try evaluate(operand), symbol, at: expression.offset)
        case .binary(let symbol, let left, let right):
            let (left, right) = (try evaluate(left), try evaluate(right))
            offset = expression.offset
            return try compute(symbol, left, right)
        case .concatenation(let parts): return try concatenate(parts)
        case .comparison(let left, let operations): return .bool(try compare(left, operations))
        case .not(let operand): return .bool(!(try evaluate(operand).isTrue))
        case .and(let left, let right):
            let value = try evaluate(left)
            return value.isTrue ? try evaluate(right) : value
        case .or(let left, let right):
            let value = try evaluate(left)
            return value.isTrue ? value : try evaluate(right)
        case .conditional(let condition, let value, let alternative):
            if try evaluate(condition).isTrue { return try evaluate(value) }
            if let alternative { return try evaluate(alternative) }
            return .undefined(.reason("the condition of an `if` without `else` does not hold"))
        case .attribute(let owner, let name):
            let value = try evaluate(owner)
            offset = expression.offset
            return try attribute(name, of: value)
        case .item(let owner, let index):
            let (value, index) = (try evaluate(owner), try evaluate(index))
            offset = expression.offset
            return try item(index, of: value)
        case .slice(let owner, let start, let stop, let step):
            return try slice(owner, start, stop, step, at: expression.offset)
        default: return try evaluateCall(expression)
        }
    }

    private func evaluateCall(_ expression: Expression) throws(TemplateError) -> Value {
        switch expression.kind {
        case .call(let callee, let arguments):
            let function = try evaluate(callee)
            let values = try self.arguments(arguments)
            offset = expression.offset
            return try call(function, values)
        case .filter(let value, let name, let arguments):
            let value = try evaluate(value)
            let arguments = try self.arguments(arguments)
            offset = expression.offset
            return try apply(filter: name, to: value, arguments)
        case .test(let value, let name, let arguments):
            let value = try evaluate(value)
            let arguments = try self.arguments(arguments)
            offset = expression.offset
            return .bool(try holds(test: name, of: value, arguments))
        default: return .none
        }
    }

    func values(_ expressions: [Expression]) throws(TemplateError) -> [Value] {
        var values: [Value] = []
        values.reserveCapacity(expressions.count)
        for expression in expressions { values.append(try evaluate(expression)) }
        return values
    }

    private func evaluateDictionary(_ items: [(key: Expression, value: Expression)]) throws(TemplateError) -> Value {
        var values: [(key: Value, value: Value)] = []
        for item in items { values.append((try evaluate(item.key), try evaluate(item.value))) }
        return try dictionary(values)
    }

    private func concatenate(_ parts: [Expression]) throws(TemplateError) -> Value {
        var result = ""
        for part in parts {
            let piece = try text(of: try evaluate(part))
            try charge(bytes: piece.utf8.count)
            result += piece
        }
        return .string(result)
    }

    private func compare(
        _ left: Expression, _ operations: [(operation: Expression.Comparison, operand: Expression)]
    ) throws(TemplateError) -> Bool {
        let start = offset
        var left = try evaluate(left)
        for (operation, operand) in operations {
            let right = try evaluate(operand)
            offset = start
            guard try compare(operation, left, right) else { return false }
            left = right
        }
        return true
    }

    func apply(filter name: String, to value: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
        guard let filter = Filters.table[name] else { throw fail(Filters.unknown(name)) }
        return try nested { () throws(TemplateError) in try filter(self, value, arguments) }
    }

    func holds(test name: String, of value: Value, _ arguments: Arguments) throws(TemplateError) -> Bool {
        guard let test = Tests.table[name] else { throw fail(Tests.unknown(name)) }
        return try test(self, value, arguments)
    }
}
