/// Renders one template once: its names, its output and what is left of its limits.
final class Evaluator {
    let source: TemplateSource
    let limits: TemplateLimits
    let date: TemplateDate?
    /// Where errors are reported: the expression or statement that is worked on.
    var offset = 0
    var scope: Scope
    /// The rendered text, and behind it those of macros and captured blocks that are under way.
    private(set) var buffers = [""]
    /// How many scalars the rendered text has, without those that are under way.
    private(set) var renderedLength = 0
    /// What `generation` blocks gave, in scalars of the rendered text.
    var generations: [Range<Int>] = []

    private var depth = 0
    private var stepsLeft: Int
    private var bytesLeft: Int
    private var outputLeft: Int
    /// Objects that might hold one another in a circle.
    private var namespaces: [Namespace] = []
    private var capturedScopes: [Scope] = []
    private var loops: [LoopContext] = []

    init(source: TemplateSource, limits: TemplateLimits, date: TemplateDate?) {
        self.source = source
        self.limits = limits
        self.date = date
        stepsLeft = limits.steps
        bytesLeft = limits.createdBytes
        outputLeft = limits.outputBytes
        scope = Scope(in: Globals.scope(hasDate: date != nil))
    }

    func render(_ statements: [Statement]) throws(TemplateError) -> String {
        defer { release() }
        _ = try execute(statements)
        return buffers[0]
    }

    func fail(_ message: String) -> TemplateError {
        source.error(.evaluation, at: offset, message)
    }

    // MARK: Limits

    private func exceeded(_ what: String) -> TemplateError {
        source.error(.limit, at: offset, what)
    }

    func step(_ count: Int = 1) throws(TemplateError) {
        guard count <= stepsLeft else {
            throw exceeded("the template takes more than \(limits.steps) steps; does a loop run away?")
        }
        stepsLeft -= count
    }

    func nested<Result>(_ body: () throws(TemplateError) -> Result) throws(TemplateError) -> Result {
        guard depth < limits.depth else {
            throw exceeded("calls and expressions nested deeper than \(limits.depth); does a macro call itself?")
        }
        depth += 1
        defer { depth -= 1 }
        return try body()
    }

    /// Accounts for bytes before they are made, and for the time to make them.
    func charge(bytes: Int) throws(TemplateError) {
        try step(1 + bytes / 64)
        guard bytes <= bytesLeft else {
            throw exceeded("the template makes more than \(limits.createdBytes) bytes of texts and lists")
        }
        bytesLeft -= bytes
    }

    func charge(elements count: Int) throws(TemplateError) {
        let (bytes, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Value>.stride)
        try charge(bytes: overflow ? .max : bytes)
    }

    // MARK: Values

    func string(_ text: String) throws(TemplateError) -> Value {
        try charge(bytes: text.utf8.count)
        return .string(text)
    }

    func elements(_ array: [Value]) throws(TemplateError) -> Elements {
        try charge(elements: array.count)
        var depth = 0
        for value in array { depth = max(depth, value.depth) }
        try check(depth: depth + 1)
        return Elements(array: array, depth: depth + 1)
    }

    func list(_ array: [Value]) throws(TemplateError) -> Value { .list(try elements(array)) }

    func dictionary(_ items: [(key: Value, value: Value)]) throws(TemplateError) -> Value {
        try charge(elements: 4 * items.count)
        var entries: [(key: DictionaryKey, entry: ValueDictionary.Entry)] = []
        for (key, value) in items {
            guard let lookup = DictionaryKey(key) else { throw fail("\(key.kind) can't be a dictionary's key") }
            entries.append((lookup, ValueDictionary.Entry(key: key, value: value)))
        }
        let dictionary = ValueDictionary(entries)
        try check(depth: dictionary.depth)
        return .dictionary(dictionary)
    }

    func check(depth: Int) throws(TemplateError) {
        guard depth <= TemplateLimits.valueDepth else {
            throw exceeded("lists and dictionaries nested deeper than \(TemplateLimits.valueDepth)")
        }
    }

    // MARK: Output

    func write(_ text: String) throws(TemplateError) {
        try step(1 + text.utf8.count / 64)
        guard text.utf8.count <= outputLeft else {
            throw exceeded("the template writes more than \(limits.outputBytes) bytes")
        }
        outputLeft -= text.utf8.count
        if buffers.count == 1 { renderedLength += text.unicodeScalars.count }
        buffers[buffers.count - 1] += text
    }

    /// What `body` writes, instead of writing it.
    func capture<Result>(
        _ body: () throws(TemplateError) -> Result
    ) throws(TemplateError) -> (text: String, result: Result) {
        buffers.append("")
        let result: Result
        do {
            result = try body()
        } catch {
            buffers.removeLast()
            throw error
        }
        return (buffers.removeLast(), result)
    }

    // MARK: Objects that may refer to one another

    func makeNamespace() throws(TemplateError) -> Namespace {
        try charge(elements: 8)
        let namespace = Namespace()
        namespaces.append(namespace)
        return namespace
    }

    func makeLoop(_ items: ValueIterator, count: Int?) throws(TemplateError) -> LoopContext {
        try charge(elements: 8)
        try check(depth: items.depth + 1)
        let loop = LoopContext(items, count: count)
        loops.append(loop)
        return loop
    }

    /// The current scope, for a macro that may be called when it is left.
    func captureScope() throws(TemplateError) -> Scope {
        try charge(elements: 8)
        capturedScopes.append(scope)
        return scope
    }

    private func release() {
        for namespace in namespaces { namespace.attributes = [] }
        for scope in capturedScopes { scope.values = [:] }
        for loop in loops { loop.clear() }
        scope.values = [:]
    }
}
