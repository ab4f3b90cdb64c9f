package import StageInterface

/// How a pipeline is run. Nothing here is part of a key, except the numerics class.
package struct RunOptions: Sendable {
    /// How much may run side by side: one for a stage that computes nothing, the thread count for one that does.
    package var jobs: Int
    package var numerics: NumericsClass
    /// The stages that are wanted; all if empty. What they need is run as well where it is out of date.
    package var targets: Set<String> = []
    /// The stages that run even if the store has their result.
    package var forced: Set<String> = []
    /// After a failure, go on with the stages that don't depend on it.
    package var keepsGoing = false
    /// Stages may run programs that the pipeline names.
    package var allowsPrograms = false
    /// Say what would run, and run nothing.
    package var isDryRun = false
    /// How long to wait for another run that computes the same; nil is for ever.
    package var lockTimeout: Duration?
    package var toolVersion: String

    package init(jobs: Int, numerics: NumericsClass, toolVersion: String) {
        self.jobs = jobs
        self.numerics = numerics
        self.toolVersion = toolVersion
    }
}
