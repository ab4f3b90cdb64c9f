extension Filters {
    /// Filters that apply a filter or test to each value. They work when their values are asked for.
    static let selections: [String: Filter] = [
        "select": { evaluator, value, arguments throws(TemplateError) in
            try selected(value, evaluator, arguments, byAttribute: false, keeps: true)
        },
        "reject": { evaluator, value, arguments throws(TemplateError) in
            try selected(value, evaluator, arguments, byAttribute: false, keeps: false)
        },
        "selectattr": { evaluator, value, arguments throws(TemplateError) in
            try selected(value, evaluator, arguments, byAttribute: true, keeps: true)
        },
        "rejectattr": { evaluator, value, arguments throws(TemplateError) in
            try selected(value, evaluator, arguments, byAttribute: true, keeps: false)
        },
        "map": mapped,
        "groupby": grouped,
    ]

    private static func selected(
        _ value: Value, _ evaluator: Evaluator, _ arguments: Arguments, byAttribute: Bool, keeps: Bool
    ) throws(TemplateError) -> Value {
        try deferred(value, evaluator) { evaluator throws(TemplateError) in
            guard value.isTrue else { return ValueIterator([], depth: 0) }
            var rest = arguments
            var path = try AttributePath(nil, evaluator)
            if byAttribute {
                guard let attribute = rest.positional.first else {
                    throw evaluator.fail("an attribute's name is missing")
                }
                path = try AttributePath(attribute, evaluator)
                rest.positional.removeFirst()
            }
            let test = rest.positional.first
            if test != nil { rest.positional.removeFirst() }
            return try chosen(from: try evaluator.iterate(value), path, test, rest, keeps: keeps)
        }
    }

    private static func chosen(
        from iterator: ValueIterator, _ path: AttributePath, _ test: Value?, _ arguments: Arguments, keeps: Bool
    ) throws(TemplateError) -> ValueIterator {
        ValueIterator(over: iterator.depth) { evaluator throws(TemplateError) in
            while let element = try iterator.next(evaluator) {
                try evaluator.step()
                let subject = try path.value(of: element, evaluator)
                let holds: Bool
                if let test {
                    let name = try evaluator.expectString(test, "a test's name")
                    holds = try evaluator.holds(test: name, of: subject, arguments)
                } else {
                    holds = subject.isTrue
                }
                if holds == keeps { return element }
            }
            return nil
        }
    }

    private static let mapped: Filter = { evaluator, value, arguments throws(TemplateError) in
        try deferred(value, evaluator) { evaluator throws(TemplateError) in
            guard value.isTrue else { return ValueIterator([], depth: 0) }
            let change = try change(arguments, evaluator)
            let iterator = try evaluator.iterate(value)
            return ValueIterator(over: iterator.depth) { evaluator throws(TemplateError) in
                guard let element = try iterator.next(evaluator) else { return nil }
                try evaluator.step()
                return try change(evaluator, element)
            }
        }
    }

    /// What `map` does with each value: it takes an attribute, or applies a filter.
    private static func change(
        _ arguments: Arguments, _ evaluator: Evaluator
    ) throws(TemplateError) -> (Evaluator, Value) throws(TemplateError) -> Value {
        if arguments.positional.isEmpty, arguments.keywords.contains(where: { $0.name == "attribute" }) {
            let values = try arguments.bind(["attribute", "default"], of: "map", evaluator)
            let path = try AttributePath(values[0], evaluator)
            return { evaluator, element throws(TemplateError) in
                try path.value(of: element, evaluator, default: values[1])
            }
        }
        guard let name = arguments.positional.first else {
            throw evaluator.fail("`map` needs a filter's name or `attribute`")
        }
        let filter = try evaluator.expectString(name, "a filter's name")
        var rest = arguments
        rest.positional.removeFirst()
        let others = rest
        return { evaluator, element throws(TemplateError) in
            try evaluator.apply(filter: filter, to: element, others)
        }
    }

    private static let grouped: Filter = { evaluator, value, arguments throws(TemplateError) in
        let values = try arguments.bind(
            ["attribute", "default", "case_sensitive"], required: 1, of: "groupby", evaluator)
        let path = try AttributePath(values[0], evaluator)
        let isSensitive = values[2]?.isTrue ?? false
        let key = { (element: Value) throws(TemplateError) -> Value in
            try path.value(of: element, evaluator, default: values[1])
        }
        let sorted = try keyed(evaluator.collect(value), evaluator) { element throws(TemplateError) in
            folded(try key(element), isSensitive)
        }
        var groups: [Value] = []
        var members: [Value] = []
        func close() throws(TemplateError) {
            guard let first = members.first else { return }
            groups.append(.tuple(try evaluator.elements([try key(first), try evaluator.list(members)])))
            members = []
        }
        for element in sorted {
            if let first = members.first {
                let isSame = try evaluator.areEqual(
                    folded(try key(first), isSensitive), folded(try key(element), isSensitive))
                if !isSame { try close() }
            }
            members.append(element)
        }
        try close()
        return try evaluator.list(groups)
    }
}
