package import Reports

/// What a page tells, in parts that may each be missing.
///
/// A stage fills it from its inputs, a command from all that is recorded of a run; ``page`` makes the page of either.
package struct Report: Sendable {
    package var title: String
    package var subtitle = ""
    /// What there is to know at first sight: when, how long, how it ended.
    package var facts: [Fact] = []
    package var findings: [Finding] = []
    package var comparisons: [ReportedComparison] = []
    package var graph: ReportedGraph?
    package var trainings: [ReportedTraining] = []
    package var searches: [ReportedSearch] = []
    package var scores: [ReportedScores] = []
    package var recipe: [RecipeText] = []
    /// Parameters of the pipeline, with the values of the run.
    package var parameters: [Fact] = []
    package var environment: [Fact] = []
    package var digests: [StageDigests] = []

    package init(title: String) { self.title = title }

    /// A name and what it is.
    package struct Fact: Sendable, Hashable {
        package var name: String
        package var value: String
        /// What else there is to say, as where a value comes from.
        package var remark: String

        package init(_ name: String, _ value: String, remark: String = "") {
            self.name = name
            self.value = value
            self.remark = remark
        }
    }

    /// Something that a person should know of a stage, or of what the page lacks.
    package struct Finding: Sendable, Hashable {
        /// `error`, `warning` or `note`.
        package var severity: String
        /// Empty where it concerns no single stage.
        package var stage: String
        package var message: String
        package var help: String

        package init(severity: String, stage: String = "", message: String, help: String = "") {
            self.severity = severity
            self.stage = stage
            self.message = message
            self.help = help
        }
    }

    /// A file that belongs to the recipe.
    package struct RecipeText: Sendable, Hashable {
        package var path: String
        package var text: String

        package init(path: String, text: String) {
            self.path = path
            self.text = text
        }
    }

    /// What names a stage's computation and its result.
    package struct StageDigests: Sendable, Hashable {
        package var stage: String
        /// Empty where it is not known.
        package var key: String
        package var output: String
        /// The files that its parameters name, each by the parameter, with its SHA-256.
        package var files: [Fact]

        package init(stage: String, key: String, output: String, files: [Fact] = []) {
            self.stage = stage
            self.key = key
            self.output = output
            self.files = files
        }
    }
}

/// How a training went.
package struct ReportedTraining: Sendable, Hashable {
    package var stage: String
    /// The loss of each step.
    package var losses: [Double]
    /// Figures on the validation split after each epoch, and among them `loss`.
    package var epochs: [Epoch]
    /// The epoch whose weights were kept, counted from 1; 0 where there was no choice.
    package var bestEpoch: Int
    package var remark: String

    package struct Epoch: Sendable, Hashable {
        package var epoch: Int
        package var figures: [Figure]

        package init(epoch: Int, figures: [Figure]) {
            self.epoch = epoch
            self.figures = figures
        }
    }

    package init(stage: String, losses: [Double], epochs: [Epoch], bestEpoch: Int, remark: String = "") {
        self.stage = stage
        self.losses = losses
        self.epochs = epochs
        self.bestEpoch = bestEpoch
        self.remark = remark
    }
}

/// A name and a number.
package struct Figure: Sendable, Hashable {
    package var name: String
    package var value: Double

    package init(_ name: String, _ value: Double) {
        self.name = name
        self.value = value
    }
}

/// A search for a learning rate.
package struct ReportedSearch: Sendable, Hashable {
    package var stage: String
    /// Learning rate and smoothed loss of each step.
    package var points: [Point]
    package var suggestion: Double?

    package struct Point: Sendable, Hashable {
        package var rate: Double
        package var loss: Double

        package init(rate: Double, loss: Double) {
            self.rate = rate
            self.loss = loss
        }
    }

    package init(stage: String, points: [Point], suggestion: Double?) {
        self.stage = stage
        self.points = points
        self.suggestion = suggestion
    }
}

/// How a model did on a split.
package struct ReportedScores: Sendable, Hashable {
    package var stage: String
    package var split: String
    package var rows: Int?
    package var figures: [Figure]
    package var labels: [String] = []
    /// `confusion[t][p]` counts rows of class `t` that were taken for `p`; empty where there is none.
    package var confusion: [[Int]] = []
    package var classes: [ClassFigures] = []
    package var errors: WorstErrors?

    package struct ClassFigures: Sendable, Hashable {
        package var name: String
        package var figures: [Figure]
        package var rows: Int?

        package init(name: String, figures: [Figure], rows: Int?) {
            self.name = name
            self.figures = figures
            self.rows = rows
        }
    }

    package init(stage: String, split: String, rows: Int?, figures: [Figure]) {
        self.stage = stage
        self.split = split
        self.rows = rows
        self.figures = figures
    }
}

/// The rows that a model did worst on.
package struct WorstErrors: Sendable, Hashable {
    package struct Row: Sendable, Hashable {
        /// The row's number in its data set.
        package var id: String
        /// Nil where the text is not known.
        package var text: String?
        package var pair: String?
        package var expected: String
        package var predicted: String
        /// By what the rows are ordered.
        package var measure: Double?

        package init(
            id: String, text: String? = nil, pair: String? = nil, expected: String, predicted: String, measure: Double?
        ) {
            self.id = id
            self.text = text
            self.pair = pair
            self.expected = expected
            self.predicted = predicted
            self.measure = measure
        }
    }

    /// The worst first.
    package var rows: [Row]
    /// How many rows are wrong in all; nil where rows are not right or wrong but better or worse.
    package var wrong: Int?
    package var total: Int
    /// What ``Row/measure`` is, as `probability` or `loss`.
    package var measure: String

    package init(rows: [Row], wrong: Int?, total: Int, measure: String) {
        self.rows = rows
        self.wrong = wrong
        self.total = total
        self.measure = measure
    }
}

/// Scores side by side.
package struct ReportedComparison: Sendable, Hashable {
    package var stage: String
    /// The names of the figures, the one that matters most first.
    package var metrics: [String]
    /// What each row costs, as `trainable parameters`; empty where it is not known.
    package var costs: [Cost] = []
    package var rows: [Row]

    /// A column of what something costs.
    package struct Cost: Sendable, Hashable {
        package enum Unit: Sendable, Hashable { case count, bytes, seconds }

        package var name: String
        package var unit: Unit

        package init(_ name: String, _ unit: Unit) {
            self.name = name
            self.unit = unit
        }
    }

    package struct Row: Sendable, Hashable {
        package var name: String
        /// How many scores it takes together.
        package var count: Int
        /// One for each of ``ReportedComparison/metrics``.
        package var figures: [Spread?]
        /// One for each of ``ReportedComparison/costs``.
        package var costs: [Spread?]

        package init(name: String, count: Int, figures: [Spread?], costs: [Spread?] = []) {
            self.name = name
            self.count = count
            self.figures = figures
            self.costs = costs
        }
    }

    package init(stage: String, metrics: [String], rows: [Row]) {
        self.stage = stage
        self.metrics = metrics
        self.rows = rows
    }
}

/// The stages of a run, and what passes between them.
package struct ReportedGraph: Sendable, Hashable {
    package struct Stage: Sendable, Hashable {
        package var name: String
        /// The name in the pipeline's file, which the instances of a sweep share.
        package var writtenName: String
        package var kind: String
        /// The type of its artifact.
        package var gives: String
        /// `ran`, `hit`, `failed`, `stopped`, `killed`, `running` or `not begun`.
        package var state: String
        /// In this run.
        package var seconds: Double?
        /// For a hit: how long it took when it was computed.
        package var computedSeconds: Double?
        package var why: String
        package var summary: String
        /// The stages that feed it, by name.
        package var feeders: [String]

        package init(
            name: String, writtenName: String, kind: String, gives: String = "", state: String, seconds: Double? = nil,
            computedSeconds: Double? = nil, why: String = "", summary: String = "", feeders: [String] = []
        ) {
            self.name = name
            self.writtenName = writtenName
            self.kind = kind
            self.gives = gives
            self.state = state
            self.seconds = seconds
            self.computedSeconds = computedSeconds
            self.why = why
            self.summary = summary
            self.feeders = feeders
        }
    }

    /// Each after those that feed it.
    package var stages: [Stage]

    package init(stages: [Stage]) { self.stages = stages }
}
