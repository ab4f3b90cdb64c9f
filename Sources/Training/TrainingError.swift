/// Why training or prediction can't begin or go on.
package struct TrainingError: Error, Hashable, CustomStringConvertible {
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

/// Work was stopped because it was asked to.
package struct TrainingStopped: Error, Hashable {
    /// The steps that were done; a checkpoint holds them if one was wanted.
    package let step: Int

    package init(step: Int) {
        self.step = step
    }
}
