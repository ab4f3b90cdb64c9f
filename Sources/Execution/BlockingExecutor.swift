import Dispatch

/// Runs one task that blocks on the disk, and what it starts, on a thread of its own.
///
/// Swift's own pool has one thread a core. Two stages that read a large model there would stop everything else that
/// is asynchronous: the progress of a running stage, the view, the end of a worker. A concurrent queue would not do
/// either: where all its threads block it gets a new one only after a second.
final class BlockingExecutor: TaskExecutor {
    private let queue = DispatchQueue(label: "peft-pipeline.stage")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
