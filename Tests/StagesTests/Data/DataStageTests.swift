import Foundation
import JSONValues
import StageInterface
import TestSupport
import Testing

@testable import Stages

@Suite("data")
struct DataStageTests {
    /// Runs the stage over files of the given names.
    private func run(_ files: [String: String], _ parameters: [String: JSONValue]) throws -> (
        splits: [String: [JSONValue]], description: JSONValue, events: [StageEvent]
    ) {
        try withTemporaryFolder { folder in
            for (name, text) in files { try Data(text.utf8).write(to: folder.appending(path: name)) }
            let outcome = try StageHarness(folder: folder).run(DataStage.self, parameters)
            let splits = try ["train", "validation", "test"].map { ($0, try outcome.lines($0 + ".jsonl")) }
            return (Dictionary(uniqueKeysWithValues: splits), try outcome.json("dataset.json"), outcome.events)
        }
    }

    private func failure(_ files: [String: String], _ parameters: [String: JSONValue]) -> [StageProblem] {
        do {
            _ = try run(files, parameters)
            return []
        } catch let failure as StageFailure {
            return failure.problems
        } catch {
            return [StageProblem(.error, "\(error)")]
        }
    }

    private static let allTrain: JSONValue = ["train": 1]

    @Test("csv, tsv, jsonl and json give the same rows")
    func formats() throws {
        let expected: [JSONValue] = [
            ["id": 0, "text": "good, very", "label": 1], ["id": 1, "text": "bad", "label": 0],
        ]
        let files = [
            "a.csv": "text,label\n\"good, very\",pos\nbad,neg\n",
            "a.tsv": "text\tlabel\ngood, very\tpos\nbad\tneg\n",
            "a.jsonl": #"{"text": "good, very", "label": "pos"}"# + "\n\n" + #"{"label": "neg", "text": "bad"}"#,
            "a.json": #"[{"text": "good, very", "label": "pos"}, {"text": "bad", "label": "neg"}]"#,
        ]
        for name in files.keys.sorted() {
            let result = try run(files, ["source": .string(name), "split": Self.allTrain])
            #expect(result.splits["train"] == expected, "\(name)")
            #expect(result.description["labels"] == ["neg", "pos"], "\(name)")
        }
    }

    @Test("several files are joined in order, without a header columns go by number")
    func joined() throws {
        let result = try run(
            ["a.tsv": "first\t0\n", "b.tsv": "second\t1\n"],
            [
                "source": ["b.tsv", "a.tsv"], "header": false, "columns": ["text": 0, "label": 1],
                "split": Self.allTrain,
            ])
        #expect(result.splits["train"]?.map { $0["text"] } == ["second", "first"])
    }

    @Test("labels that are numbers go in the order of numbers")
    func numericLabels() throws {
        let rows = (0..<12).map { "t\($0)\t\($0)\n" }.joined()
        let result = try run(
            ["a.tsv": rows],
            ["source": "a.tsv", "header": false, "columns": ["text": 0, "label": 1], "split": Self.allTrain])
        #expect(result.description["labels"].arrayValue?.compactMap(\.stringValue) == (0..<12).map(String.init))
    }

    @Test("empty texts go, equal texts go but one, and texts with several labels all go, each counted and told")
    func cleaning() throws {
        let text = "text,label\n  ,a\nSame  text,a\nsame text,a\nboth,a\nBoth,b\n trimmed ,b\n"
        let result = try run(["a.csv": text], ["source": "a.csv", "split": Self.allTrain])
        #expect(result.splits["train"]?.map { $0["text"] } == ["Same  text", "trimmed"])
        #expect(result.description["empty"] == 1)
        #expect(result.description["duplicates"] == 1)
        #expect(result.description["conflicting"] == 2)
        let warnings = result.events.compactMap { event in
            if case .problem(let problem) = event { problem.message } else { nil }
        }
        #expect(
            warnings == [
                "1 rows have an empty text and are left out",
                "2 rows have a text that occurs with several labels, and are left out",
            ])
    }

    @Test("files under validation and test are these splits as they are")
    func fixedSplits() throws {
        let result = try run(
            ["a.csv": "text,label\na,0\nb,1\n", "v.csv": "text,label\nc,0\n", "t.csv": "text,label\nd,1\n"],
            ["source": "a.csv", "validation": "v.csv", "test": "t.csv"])
        #expect(
            result.splits.mapValues { $0.map { $0["text"].stringValue ?? "" } } == [
                "train": ["a", "b"], "validation": ["c"], "test": ["d"],
            ])
    }

    @Test("a text in two splits is refused, with both places")
    func leakage() throws {
        let files = ["a.csv": "text,label\nfine,0\nThe same,1\n", "v.csv": "text,label\nthe  same,1\n"]
        let problems = failure(files, ["source": "a.csv", "validation": "v.csv"])
        #expect(problems.count == 2)
        #expect(problems.first?.message == "this text of the train split stands also at v.csv:2")
        #expect(problems.first?.place == .file(path: "a.csv", line: 3, column: nil))
        #expect(problems.last?.message == "1 texts stand in more than one split")

        let removed = try run(files, ["source": "a.csv", "validation": "v.csv", "leakage": "remove"])
        #expect(removed.splits["train"]?.count == 1)
        #expect(removed.splits["validation"]?.count == 1)
        #expect(removed.description["leaked"] == 1)
    }

    @Test("a column that is not there is told at its parameter, with those that are")
    func absentColumn() {
        let problems = failure(["a.csv": "sentence,label\na,0\n"], ["source": "a.csv"])
        #expect(
            problems == [
                StageProblem(
                    .error, "a.csv has no column `text`", help: "columns there: `sentence`, `label`",
                    place: .parameter(["columns", "text"]))
            ])
    }

    @Test("a file without rows is an error")
    func empty() {
        #expect(
            failure(["a.csv": "text,label\n"], ["source": "a.csv"]).map(\.message) == ["a.csv: there are no rows"])
    }

    @Test("a label out of range and one that is not known are told with their lines, all at once")
    func labels() {
        let problems = failure(
            ["a.csv": "text,label\na,0\nb,2\nc,maybe\n"], ["source": "a.csv", "labels": ["no", "yes"]])
        #expect(
            problems.map(\.message) == [
                "label 2 is out of range: there are 2 classes, counted from 0", "unknown label `maybe`",
            ])
        #expect(
            problems.map(\.place) == [
                .file(path: "a.csv", line: 3, column: nil), .file(path: "a.csv", line: 4, column: nil),
            ])
    }

    @Test("rows that are no objects, and lines that are no JSON, are told with their lines")
    func malformed() {
        #expect(
            failure(["a.jsonl": "{\"text\": \"a\", \"label\": 1}\n[1]\n"], ["source": "a.jsonl"]).map(\.message)
                == ["expected an object, found an array"])
        let problems = failure(["a.jsonl": "{\"text\": \"a\", \"label\": 1}\n{\"text\": \n"], ["source": "a.jsonl"])
        #expect(problems.count == 1)
        guard case .file("a.jsonl", 2, _) = problems.first?.place else {
            Issue.record("expected line 2, found \(problems)")
            return
        }
        #expect(
            failure(["a.csv": "text,label\na,0,1\nb,0\n"], ["source": "a.csv"]).map(\.message)
                == ["expected 2 fields, found 3"])
    }

    @Test("one class, or nearly as many classes as rows, is refused")
    func senselessLabels() {
        #expect(
            failure(["a.csv": "text,label\na,0\nb,0\n"], ["source": "a.csv"]).map(\.message)
                == ["all rows have the label `0`"])
        let rows = (0..<40).map { "t\($0),name\($0)\n" }.joined()
        #expect(
            failure(["a.csv": "text,label\n" + rows], ["source": "a.csv"]).map(\.message)
                == ["40 rows have 40 different labels, so this is hardly a column of classes"])
    }

    @Test("shares that don't add up to one are refused before anything runs")
    func shares() throws {
        try withTemporaryFolder { folder in
            do {
                _ = try StageHarness(folder: folder).run(
                    DataStage.self, ["source": "a.csv", "split": ["train": 0.8, "test": 0.1]])
                Issue.record("expected a problem")
            } catch let refused as StageHarness.Refused {
                #expect(refused.problems.map(\.message) == ["the shares of `split` add up to 0.9, expected 1"])
            }
        }
    }

    @Test("the same parameters give the same bytes")
    func deterministic() throws {
        try withTemporaryFolder { folder in
            let rows = (0..<50).map { "row \($0),\($0 % 2)\n" }.joined()
            try Data(("text,label\n" + rows).utf8).write(to: folder.appending(path: "a.csv"))
            let harness = StageHarness(folder: folder)
            let outputs = try (0..<2).map { _ in try harness.run(DataStage.self, ["source": "a.csv"]).output }
            for name in ["train.jsonl", "validation.jsonl", "test.jsonl", "dataset.json"] {
                let bytes = try outputs.map { try Data(contentsOf: $0.appending(path: name)) }
                #expect(bytes[0] == bytes[1], "\(name)")
            }
        }
    }
}
