import JSONValues
import StageInterface
import Testing

@Suite("Checking written parameters against their declarations")
struct ParameterResolutionTests {
    private func declared(
        _ type: ParameterType, default value: ParameterDeclaration.Default = .required
    ) -> ParameterDeclaration {
        ParameterDeclaration(name: "x", type: type, default: value, help: "Help.")
    }

    private func resolve(
        _ type: ParameterType, _ value: JSONValue
    ) -> (value: JSONValue?, problems: [ParameterProblem]) {
        let (values, problems) = [declared(type)].resolve(["x": value])
        return (values["x"], problems)
    }

    @Test("a number has one form, however it is written")
    func oneForm() throws {
        #expect(try resolve(.number(.any), 1).value?.pretty == "1.0")
        #expect(try resolve(.integer(0...9), 1.0).value?.pretty == "1")
        #expect(try resolve(.list(of: .number(.any), atLeast: 0), [1, 0.5]).value?.pretty == "[\n  1.0,\n  0.5\n]")
    }

    @Test("what a kind learned later is in no key while it is at its default, however that is written")
    func partsOfKeys() {
        func isInKey(_ parameter: ParameterDeclaration, _ value: JSONValue) -> Bool {
            parameter.isInKey(with: parameter.type.resolve(value, at: []).value)
        }
        let number = Parameter.number("x", default: 1, help: "Help.")
        #expect(isInKey(number.declaration, 1))
        #expect(!isInKey(number.withoutKey.declaration, 2))
        #expect(!isInKey(number.withoutKeyAtDefault.declaration, 1))
        #expect(!isInKey(number.withoutKeyAtDefault.declaration, 1.0))
        #expect(isInKey(number.withoutKeyAtDefault.declaration, 2))
        let optional = Parameter.optionalInteger("x", help: "Help.").withoutKeyAtDefault.declaration
        #expect(!optional.isInKey(with: .null))
        #expect(isInKey(optional, 0))
    }

    @Test("what is not written has its default, in its one form")
    func defaults() throws {
        let (values, problems) = [
            ParameterDeclaration(name: "a", type: .number(.any), default: .value(1), help: ""),
            ParameterDeclaration(name: "b", type: .text, default: .absent, help: ""),
            ParameterDeclaration(
                name: "c", type: .integer(0...9), default: .inherited(input: "i", parameter: "p"), help: ""),
            ParameterDeclaration(
                name: "d", type: .record([declared(.boolean, default: .value(true))]),
                default: .value([:]), help: ""),
        ].resolve([:])
        #expect(problems.isEmpty)
        #expect(values == ["a": 1, "b": .null, "d": ["x": true]])
        #expect(try values["a"]?.pretty == "1.0")
    }

    @Test("null is written for nothing only where nothing is the default")
    func null() {
        #expect([declared(.text, default: .absent)].resolve(["x": .null]).problems.isEmpty)
        #expect([declared(.text, default: .value("a"))].resolve(["x": .null]).problems.count == 1)
    }

    @Test(
        "values of the wrong type or out of range",
        arguments: [
            (.boolean, "yes", "expected true or false, found the text `yes`", "write `true`"),
            (.integer(1...4), 5, "expected a whole number from 1 to 4, found the number 5", nil),
            (.integer(1...4), 1.5, "expected a whole number from 1 to 4, found the number 1.5", nil),
            (.integer(1...4), "2", "expected a whole number from 1 to 4, found the text `2`", "leave out the quotes"),
            (.integer(1...4), "9", "expected a whole number from 1 to 4, found the text `9`", nil),
            (.number(.positive), 0, "expected a number above 0, found the number 0", nil),
            (.number(.any), .double(.infinity), "expected a number, found the number inf", nil),
            (.number(.any), true, "expected a number, found `true`", nil),
            (.text, 3, "expected a text, found the number 3", "in quotes it is a text"),
            (.text, ["a"], "expected a text, found a list", nil),
            (.choice(["a", "b"]), "c", "expected one of `a`, `b`, found `c`", nil),
            (.file(FileUse(extensions: ["csv"])), "a.tsv", "expected a file (.csv), found the text `a.tsv`", nil),
            (
                .list(of: .text, atLeast: 1), "a", "expected a list, each item a text, found the text `a`",
                "a list of one is written `[…]`"
            ),
            (.list(of: .text, atLeast: 1), [], "expected a list, each item a text, found an empty list", nil),
            (.map(of: .text), ["a"], "expected a mapping, each value a text, found a list", nil),
            (
                .oneOf([.text, .integer(0...9)]), ["a": 1],
                "expected a text, or a whole number from 0 to 9, found a mapping", nil
            ),
            (.oneOf([.text, .integer(0...9)]), 12, "expected a whole number from 0 to 9, found the number 12", nil),
        ] as [(ParameterType, JSONValue, String, String?)])
    func mismatches(type: ParameterType, value: JSONValue, message: String, help: String?) {
        let problems = resolve(type, value).problems
        #expect(problems.map(\.message) == [message])
        #expect(problems.first?.help == help)
        #expect(problems.first?.path == ["x"])
    }

    @Test("a problem inside a value has its path")
    func paths() {
        let type = ParameterType.list(of: .map(of: .integer(0...9)), atLeast: 1)
        #expect(resolve(type, [["a": 1], ["b": 2, "c": "d"]]).problems.map(\.path) == [["x", "1", "c"]])
        #expect(
            resolve(.oneOf([.text, .list(of: .text, atLeast: 1)]), ["a", 1]).problems.map(\.path) == [["x", "1"]])
    }

    @Test("unknown and missing keys, in records too")
    func keys() {
        let record = ParameterType.record([
            ParameterDeclaration(name: "train", type: .text, default: .required, help: "What.")
        ])
        let problems = [declared(record)].resolve(["x": ["other": 1], "y": 2]).problems
        #expect(
            problems.map(\.message) == ["unknown key `y`", "unknown key `other`", "the key `train` is missing"])
        #expect(problems.map(\.path) == [["y"], ["x", "other"], ["x"]])
        #expect(problems.map(\.missingKey) == [nil, nil, "train"])
        #expect(problems.last?.help == "`train`: a text. What.")
    }

    @Test("a key that looks like a missing one is one mistake")
    func misspelt() {
        let problems = [declared(.text)].resolve(["X": "a"]).problems
        #expect(problems.map(\.message) == ["unknown key `X`"])
        #expect(problems.first?.candidates == ["x"])
        #expect(problems.first?.unknownName == "X")
    }
}

@Suite("Paths inside of values")
struct ParameterPathsTests {
    private let declarations = [
        ParameterDeclaration(
            name: "source", type: .oneOf([.file(FileUse()), .list(of: .file(FileUse()), atLeast: 1)]),
            default: .required, help: ""),
        ParameterDeclaration(
            name: "folders", type: .map(of: .folder(reading: [])), default: .absent, help: ""),
        ParameterDeclaration(name: "note", type: .text, default: .absent, help: ""),
    ]
    private let values: [String: JSONValue] = [
        "source": ["a.csv", "b.csv"], "folders": ["two": "d", "one": "c"], "note": "text",
    ]

    @Test("all are found, each with its place")
    func found() {
        let paths = declarations.paths(in: values)
        #expect(paths.map(\.spelled) == ["a.csv", "b.csv", "c", "d"])
        #expect(
            paths.map(\.parameter) == [["source", "0"], ["source", "1"], ["folders", "one"], ["folders", "two"]])
    }

    @Test("all can be replaced; other texts stay")
    func replaced() {
        #expect(
            declarations.mappingPaths(in: values) { .string("/" + $1) } == [
                "source": ["/a.csv", "/b.csv"], "folders": ["one": "/c", "two": "/d"], "note": "text",
            ])
    }
}
