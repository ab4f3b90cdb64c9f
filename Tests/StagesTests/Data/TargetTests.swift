import Foundation
import JSONValues
import StageInterface
import TestSupport
import Testing

@testable import Stages

/// What rows teach besides one class, as files say it.
@Suite("data: targets")
struct TargetTests {
    private func run(_ text: String, named name: String, _ target: String, _ more: [String: JSONValue] = [:]) throws
        -> [JSONValue]
    {
        try withTemporaryFolder { folder in
            try Data(text.utf8).write(to: folder.appending(path: name))
            let parameters: [String: JSONValue] = [
                "source": .string(name), "target": .string(target), "split": ["train": 1],
            ]
            return try StageHarness(folder: folder).run(DataStage.self, parameters.merging(more) { $1 })
                .lines("train.jsonl")
        }
    }

    private func problems(_ text: String, named name: String, _ target: String) throws -> [StageProblem] {
        try #require(throws: StageFailure.self) { try run(text, named: name, target) }.problems
    }

    @Test("are the same from csv and jsonl")
    func formats() throws {
        let classes = try run("text,label\na,x|z\nb,\nc,y\n", named: "a.csv", "classes")
        #expect(classes.map { $0["labels"] } == [[0, 2], [], [1]])
        #expect(
            try run(
                #"{"text": "a", "label": ["z", "x"]}"# + "\n" + #"{"text": "b", "label": []}"# + "\n"
                    + #"{"text": "c", "label": ["y"]}"#, named: "a.jsonl", "classes") == classes)

        let numbers = try run("text,label\na,1.5 | -2\nb,0|3e2\n", named: "a.csv", "number")
        #expect(numbers.map { $0["numbers"] } == [[1.5, -2.0], [0.0, 300.0]])

        let tags = try run("text,label\nAda slept,N V\n", named: "a.csv", "tags")
        #expect(tags == (try run(#"{"text": ["Ada", "slept"], "label": ["N", "V"]}"#, named: "a.jsonl", "tags")))
        #expect(tags.first?["tags"] == [0, 1])

        let answers = try run(#"{"text": "a", "answer": " b "}"#, named: "a.jsonl", "answer")
        #expect(answers.first?["answer"] == "b")
    }

    @Test("that don't fit are errors with their lines")
    func errors() throws {
        let number = try problems("text,label\na,1\nb,one\nc,nan\n", named: "a.csv", "number")
        #expect(number.map(\.message) == ["`one` is not a number", "`nan` is not a number"])
        #expect(number.first?.place == .file(path: "a.csv", line: 3, column: nil))

        let widths = try problems("text,label\na,1\nb,1|2\nc,\n", named: "a.csv", "number")
        #expect(
            widths.map(\.message) == [
                "found 2 numbers, expected 1 in every row", "found 0 numbers, expected 1 in every row",
            ])

        let tags = try problems("text,label\na b,X\nc,Y\n", named: "a.csv", "tags")
        #expect(tags.map(\.message) == ["found 2 words and 1 tags, expected a tag for each word"])

        let list = try problems(#"{"text": "a", "label": "x"}"#, named: "a.jsonl", "classes")
        #expect(list.first?.message.hasSuffix("expected a list of texts or whole numbers") == true)

        #expect(try problems("text,label\na,\n", named: "a.csv", "classes").map(\.message) == ["no row has a label"])
    }

    @Test("that no pair of texts has are refused with one")
    func pairs() throws {
        let refused = try #require(throws: StageHarness.Refused.self) {
            try run("text,pair,answer\na,b,c\n", named: "a.csv", "answer", ["columns": ["pair": "pair"]])
        }
        #expect(refused.problems.map(\.path) == [["columns", "pair"]])
        #expect(refused.problems.map(\.message) == ["rows with `target: answer` have no second text"])
    }

    @Test("answers to one text stay in one split")
    func answersTogether() throws {
        let text = (0..<60).map { "{\"text\": \"q\($0 / 6)\", \"answer\": \"a\($0)\"}\n" }.joined()
        try withTemporaryFolder { folder in
            try Data(text.utf8).write(to: folder.appending(path: "a.jsonl"))
            let outcome = try StageHarness(folder: folder).run(
                DataStage.self,
                ["source": "a.jsonl", "target": "answer", "split": ["train": 0.5, "validation": 0.5]])
            let splits = try ["train", "validation"].map { split in
                Set(try outcome.lines(split + ".jsonl").compactMap { $0["text"].stringValue })
            }
            #expect(splits.map(\.count) == [5, 5])
            #expect(splits[0].isDisjoint(with: splits[1]))
        }
    }
}
