import JSONValues
import StageInterface

/// How the cells of a row become its text and what it teaches.
struct RowCells {
    let kind: TargetKind

    /// What is wrong with a cell: what was found, and what was expected.
    struct Problem: Error {
        let message: String
    }

    // MARK: - csv and tsv

    func target(ofCell cell: String) throws(Problem) -> RowTarget {
        switch kind {
        case .none, .turns: return .none
        case .label, .answer: return .text(cell)
        case .labels:
            return .names(Self.parts(of: cell))
        case .tags: return .names(Self.words(of: cell))
        case .number:
            var numbers: [Double] = []
            for part in Self.parts(of: cell) {
                guard let number = Double(part), number.isFinite else {
                    throw Problem(message: "`\(part)` is not a number")
                }
                numbers.append(number)
            }
            return .numbers(numbers)
        }
    }

    /// Several values of one cell, with bars between.
    private static func parts(of cell: String) -> [String] {
        cell.split(separator: "|").map { $0.trimmingPrefix { $0 == " " } }.map { part in
            var part = part
            while part.last == " " { part.removeLast() }
            return String(part)
        }.filter { !$0.isEmpty }
    }

    static func words(of text: String) -> [String] {
        text.unicodeScalars.split(whereSeparator: \.properties.isWhitespace).map(String.init)
    }

    // MARK: - json

    func text(of value: JSONValue) -> String? {
        guard kind == .tags, let words = value.arrayValue else { return value.stringValue }
        let texts = words.compactMap(\.stringValue)
        return texts.count == words.count ? texts.joined(separator: " ") : nil
    }

    func target(of value: JSONValue) throws(Problem) -> RowTarget {
        switch kind {
        case .none, .turns: return .none
        case .answer:
            guard let answer = value.stringValue else { throw expected("a text", value) }
            return .text(answer)
        case .label:
            guard let name = Self.name(value) else { throw expected("a text or a whole number", value) }
            return .text(name)
        case .labels, .tags:
            guard let values = value.arrayValue else { throw expected("a list of texts or whole numbers", value) }
            let names = values.compactMap(Self.name)
            guard names.count == values.count else { throw expected("a list of texts or whole numbers", value) }
            return .names(names)
        case .number:
            let values = value.arrayValue ?? [value]
            let numbers = values.compactMap(\.doubleValue)
            guard numbers.count == values.count, numbers.allSatisfy(\.isFinite) else {
                throw expected("a number or a list of numbers", value)
            }
            return .numbers(numbers)
        }
    }

    private func expected(_ what: String, _ value: JSONValue) -> Problem {
        Problem(message: "is \(value.phrase), expected \(what)")
    }

    private static func name(_ value: JSONValue) -> String? {
        switch value {
        case .string(let name): name
        case .int(let number): String(number)
        case .bool(let flag): flag ? "true" : "false"
        default: nil
        }
    }
}
