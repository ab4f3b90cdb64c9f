import Diagnostics

/// What is wrong with a file of tensors, or with reading or writing it.
package struct SafetensorsError: Error, Hashable, CustomStringConvertible {
    /// One thing that is wrong.
    package struct Problem: Hashable, Sendable {
        /// The tensor's name; nil where the file as a whole is meant.
        package let tensor: String?
        /// What was found and what was expected.
        package let message: String
    }

    package let path: String
    /// All that was found wrong, at least one thing.
    package let problems: [Problem]
    /// What may be done about it.
    package let help: String?

    init(path: String, problems: [Problem], help: String? = nil) {
        self.path = path
        self.problems = problems
        self.help = help
    }

    init(path: String, tensor: String? = nil, _ message: String, help: String? = nil) {
        self.init(path: path, problems: [Problem(tensor: tensor, message: message)], help: help)
    }

    /// A tensor that isn't there, with the nearest name of those that are.
    static func missing(_ name: String, among names: [String], path: String) -> SafetensorsError {
        let nearest = NearestName.find(name, among: names)
        return SafetensorsError(
            path: path, "there is no tensor `\(name)`",
            help: nearest.map { "a tensor with a similar name exists: `\($0)`" })
    }

    /// How many problems a description shows.
    private static let shownCount = 10

    /// The problems in words, without the path; many are cut short.
    package var messages: [String] {
        let shown = problems.prefix(Self.shownCount).map { problem in
            (problem.tensor.map { "tensor `\($0)`: " } ?? "") + problem.message
        }
        return problems.count > Self.shownCount ? shown + ["and \(problems.count - Self.shownCount) more"] : shown
    }

    package var description: String {
        let lines = messages
        var text = lines.count == 1 ? "\(path): \(lines[0])" : "\(path):\n  " + lines.joined(separator: "\n  ")
        if let help { text += (lines.count == 1 ? "; " : "\n") + "help: \(help)" }
        return text
    }
}
