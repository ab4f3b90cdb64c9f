/// The values that a function, filter or test is called with.
struct Arguments {
    var positional: [Value] = []
    var keywords: [(name: String, value: Value)] = []

    /// The arguments for parameters of the given names, nil where one is not given.
    ///
    /// - Parameters:
    ///   - required: how many of the first have to be given.
    ///   - function: what is called, for messages.
    func bind(
        _ names: [String], required: Int = 0, of function: String, _ evaluator: Evaluator
    ) throws(TemplateError) -> [Value?] {
        guard positional.count <= names.count else {
            throw evaluator.fail("`\(function)` takes at most \(names.count) arguments, found \(positional.count)")
        }
        var values: [Value?] = positional.map { $0 }
        values += Array(repeating: nil, count: names.count - positional.count)
        for keyword in keywords {
            guard let index = names.firstIndex(of: keyword.name) else {
                throw evaluator.fail("`\(function)` has no argument `\(keyword.name)`")
            }
            guard values[index] == nil else {
                throw evaluator.fail("the argument `\(keyword.name)` of `\(function)` is given twice")
            }
            values[index] = keyword.value
        }
        for index in 0..<required where values[index] == nil {
            throw evaluator.fail("`\(function)` needs the argument `\(names[index])`")
        }
        return values
    }

    /// Refuses any argument.
    func expectNone(of function: String, _ evaluator: Evaluator) throws(TemplateError) {
        _ = try bind([], of: function, evaluator)
    }
}

extension Evaluator {
    /// An argument that has to be a whole number.
    func integer(_ value: Value?, default: Int, _ what: String) throws(TemplateError) -> Int {
        guard let value else { return `default` }
        guard let integer = value.integer else { throw fail("\(what) must be an integer, found \(value.kind)") }
        return integer
    }

    /// An argument that has to be a string.
    func expectString(_ value: Value?, _ what: String) throws(TemplateError) -> String {
        guard case .string(let text)? = value else {
            throw fail("\(what) must be a string, found \(value?.kind ?? "nothing")")
        }
        return text
    }
}
