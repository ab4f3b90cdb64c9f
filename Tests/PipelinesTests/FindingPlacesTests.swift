import Diagnostics
import Pipelines
import TestSupport
import Testing

@Suite("Where findings point")
struct FindingPlacesTests {
    let project: Project

    init() throws { project = try Project() }

    @Test("each finding points at the name, key, value or part that is wrong")
    func places() {
        expect(
            [
                "1️⃣": "unknown parameter `bse`",
                "2️⃣": "unknown key `sorce` in stage `rows`",
                "3️⃣": "`split.train` of stage `rows`: expected a number from 0 to 1, found the number 2",
                "4️⃣": "unknown stage `row`",
                "5️⃣": "there is no folder `models/large`",
                "6️⃣": "`target_modules[1]` of stage `method`: expected a text, found the number 7",
                "7️⃣": "unknown parameter `sclae`",
                "8️⃣": "`tokens` wants an artifact of type tokens; stage `method` gives method",
                "9️⃣": "unknown input `mehtod` in stage `adapter`",
            ],
            in: """
                version: 1
                name: small
                params:
                  base: models
                  model: "1️⃣$(bse)/small"
                  scale: 16
                stages:
                  rows:
                    uses: data
                    with:
                      2️⃣sorce: data/rows.csv
                      split:
                        train: 3️⃣2
                  tokens:
                    uses: tokenize
                    from: {rows: 4️⃣row}
                    with: {tokenizer: 5️⃣models/large}
                  method:
                    uses: lora
                    with:
                      target_modules:
                        - query
                        - 6️⃣7
                      bias: 'lora 7️⃣$(sclae)'
                  adapter:
                    uses: train
                    from: {tokens: 8️⃣method, 9️⃣mehtod: method}
                    with: {model: $(model)}
                """)
    }

    @Test("a value from an anchor is wrong where it is written")
    func anchors() {
        expect(
            ["1️⃣": "`learning_rate` of stage `b`: expected a number above 0, found the number 0"],
            in: """
                version: 1
                name: small
                stages:
                  rows: {uses: data, with: {source: data/rows.csv}}
                  tokens: {uses: tokenize, from: rows, with: {tokenizer: models/small}}
                  method: {uses: lora}
                  a:
                    uses: train
                    from: &from {tokens: tokens, method: method}
                    with: &with
                      learning_rate: 0.1
                  b:
                    uses: train
                    from: *from
                    with:
                      <<: *with
                      learning_rate: 1️⃣0
                """)
    }

    private func expect(
        _ expected: [Character: String], in markedText: String,
        sourceLocation: Testing.SourceLocation = #_sourceLocation
    ) {
        let marked = MarkedText(markedText)
        let (pipeline, findings) = project.load(marked.text)
        #expect(pipeline == nil, sourceLocation: sourceLocation)
        for (mark, message) in expected {
            let places = findings.filter { $0.message == message }.compactMap { finding in
                finding.location.map { MarkedText.Place(line: $0.line, column: $0.column) }
            }
            #expect(places == [marked.place(mark)], "\(message)", sourceLocation: sourceLocation)
        }
        #expect(
            findings.count == expected.count, "\(project.rendered(findings))", sourceLocation: sourceLocation)
    }
}
