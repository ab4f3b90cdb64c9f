/// Why a method can't be attached to a model, or can't do what it is asked.
package struct PEFTError: Error, Hashable, CustomStringConvertible {
    /// What is wrong, each in one sentence without a full stop; at least one.
    package let problems: [String]
    /// What to do about it.
    package let help: String?

    package init(_ problems: [String], help: String? = nil) {
        self.problems = problems
        self.help = help
    }

    package var description: String {
        let lines = problems.count == 1 ? problems[0] : problems.map { "\n- " + $0 }.joined()
        return help.map { "\(lines)\nhelp: \($0)" } ?? lines
    }
}
