/// Why a model can't be read, used or written: everything that is wrong with one file or folder, and the remedy.
package struct ModelError: Error, Hashable, CustomStringConvertible {
    /// The file or folder that the problems lie in; nil if it is not a matter of files.
    package let path: String?
    /// What is wrong, each in one sentence without a full stop; at least one.
    package let problems: [String]
    /// What to do about it.
    package let help: String?

    package init(path: String? = nil, _ problems: [String], help: String? = nil) {
        self.path = path
        self.problems = problems
        self.help = help
    }

    package var description: String {
        let place = path.map { "\($0): " } ?? ""
        let lines = problems.count == 1 ? place + problems[0] : place + problems.map { "\n- " + $0 }.joined()
        return help.map { "\(lines)\nhelp: \($0)" } ?? lines
    }
}
