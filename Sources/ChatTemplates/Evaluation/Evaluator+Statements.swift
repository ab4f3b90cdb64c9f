extension Evaluator {
    /// How a list of statements ended.
    enum Flow { case onward, breakLoop, continueLoop }

    func execute(_ statements: [Statement]) throws(TemplateError) -> Flow {
        for statement in statements {
            let flow = try nested { () throws(TemplateError) in try execute(statement) }
            guard flow == .onward else { return flow }
        }
        return .onward
    }

    private func execute(_ statement: Statement) throws(TemplateError) -> Flow {
        offset = statement.offset
        try step()
        switch statement.kind {
        case .text(let text): try write(text)
        case .print(let expression): try write(try text(of: try evaluate(expression)))
        case .condition(let branches, let otherwise):
            for branch in branches where try evaluate(branch.condition).isTrue { return try execute(branch.body) }
            return try execute(otherwise)
        case .loop(let loop): return try execute(loop)
        case .set(let target, let expression): try assign(try evaluate(expression), to: target)
        case .setBlock(let target, let filters, let body):
            return try setBlock(target, filters, body)
        case .with(let assignments, let body): return try with(assignments, body)
        case .macro(let definition):
            scope.values[definition.name] = .function(.macro(definition, try captureScope()))
        case .call(let callee, let arguments, let caller):
            let function = try evaluate(callee)
            var values = try self.arguments(arguments)
            values.keywords.append(("caller", .function(.macro(caller, try captureScope()))))
            offset = statement.offset
            try write(try text(of: try call(function, values)))
        case .filter(let filters, let body): return try filter(filters, body)
        case .generation(let body): try generation(body)
        case .breakLoop: return .breakLoop
        case .continueLoop: return .continueLoop
        }
        return .onward
    }

    func within<Result>(
        _ inner: Scope, _ body: () throws(TemplateError) -> Result
    ) throws(TemplateError) -> Result {
        let outer = scope
        scope = inner
        defer { scope = outer }
        return try body()
    }

    // MARK: Blocks

    private func generation(_ body: [Statement]) throws(TemplateError) {
        let (text, _) = try within(Scope(in: scope)) { () throws(TemplateError) in
            try capture { () throws(TemplateError) in try execute(body) }
        }
        generations.append(renderedLength..<renderedLength + text.unicodeScalars.count)
        try write(text)
    }

    private func filter(_ filters: [Statement.FilterCall], _ body: [Statement]) throws(TemplateError) -> Flow {
        let (text, flow) = try within(Scope(in: scope)) { () throws(TemplateError) in
            try capture { () throws(TemplateError) in try execute(body) }
        }
        guard flow == .onward else { return flow }
        try write(try self.text(of: try apply(filters, to: .string(text))))
        return .onward
    }

    private func setBlock(
        _ target: Target, _ filters: [Statement.FilterCall], _ body: [Statement]
    ) throws(TemplateError) -> Flow {
        let (text, flow) = try within(Scope(in: scope)) { () throws(TemplateError) in
            try capture { () throws(TemplateError) in try execute(body) }
        }
        guard flow == .onward else { return flow }
        try assign(try apply(filters, to: .string(text)), to: target)
        return .onward
    }

    private func apply(_ filters: [Statement.FilterCall], to value: Value) throws(TemplateError) -> Value {
        var value = value
        for filter in filters {
            let arguments = try arguments(filter.arguments)
            offset = filter.offset
            value = try apply(filter: filter.name, to: value, arguments)
        }
        return value
    }

    private func with(
        _ assignments: [(target: Target, value: Expression)], _ body: [Statement]
    ) throws(TemplateError) -> Flow {
        var values: [Value] = []
        for assignment in assignments { values.append(try evaluate(assignment.value)) }
        return try within(Scope(in: scope)) { () throws(TemplateError) in
            for (assignment, value) in zip(assignments, values) { try assign(value, to: assignment.target) }
            return try execute(body)
        }
    }

    // MARK: Loops

    private func execute(_ statement: Statement.Loop) throws(TemplateError) -> Flow {
        let items = try evaluate(statement.items)
        let iterator = try iterate(items)
        let outer = scope
        let loop: LoopContext
        if let condition = statement.condition {
            let filtered = ValueIterator(over: iterator.depth) { evaluator throws(TemplateError) in
                while let value = try iterator.next(evaluator) {
                    try evaluator.step()
                    let isWanted = try evaluator.within(Scope(in: outer)) { () throws(TemplateError) in
                        try evaluator.assign(value, to: statement.target)
                        return try evaluator.evaluate(condition).isTrue
                    }
                    if isWanted { return value }
                }
                return nil
            }
            loop = try makeLoop(filtered, count: nil)
        } else {
            loop = try makeLoop(iterator, count: knownCount(of: items))
        }
        while let value = try loop.advance(self) {
            try step()
            let round = Scope(in: outer)
            round.values["loop"] = .loop(loop)
            let flow = try within(round) { () throws(TemplateError) in
                try assign(value, to: statement.target)
                return try execute(statement.body)
            }
            if flow == .breakLoop { break }
        }
        if loop.index < 0 {
            return try within(Scope(in: outer)) { () throws(TemplateError) in try execute(statement.otherwise) }
        }
        return .onward
    }

    // MARK: Assignment

    func assign(_ value: Value, to target: Target) throws(TemplateError) {
        switch target {
        case .name(let name): scope.values[name] = value
        case .attribute(let owner, let name):
            guard case .namespace(let namespace)? = scope.lookUp(owner) else {
                throw fail("`\(owner)` is no namespace; only a namespace's attributes can be set")
            }
            try set(name, of: namespace, to: value)
        case .tuple(let targets):
            let values = try collect(value)
            guard values.count == targets.count else {
                throw fail("expected \(targets.count) values to take apart, found \(values.count)")
            }
            for (target, value) in zip(targets, values) { try assign(value, to: target) }
        }
    }

    /// Sets an attribute of a namespace, which costs as many steps as there are attributes to look through.
    func set(_ name: String, of namespace: Namespace, to value: Value) throws(TemplateError) {
        guard !name.hasPrefix("_") else { throw fail("a namespace's attribute can't begin with `_`, as `\(name)`") }
        try step(1 + namespace.attributes.count)
        namespace.set(name, to: value)
    }
}
