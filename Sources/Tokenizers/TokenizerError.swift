/// Why a tokenizer cannot be read or used: where, what was expected there, and what helps.
package struct TokenizerError: Error, Hashable, CustomStringConvertible {
    /// The file, and within it the JSON path or the line: `models/minilm/tokenizer.json: model.unk_token`.
    package let place: String
    /// What is wrong, what was expected, and the remedy.
    package let problem: String

    init(place: String, problem: String) {
        self.place = place
        self.problem = problem
    }

    package var description: String { "\(place): \(problem)" }
}
