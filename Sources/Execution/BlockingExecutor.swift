import Dispatch

/// Runs tasks that block on the disk on threads of their own.
///
/// Swift's own pool has one thread a core. Two stages that read a large model there would stop everything else that
/// is asynchronous: the progress of a running stage, the view, the end of a worker.
final class BlockingExecutor: TaskExecutor {
    private let queue = DispatchQueue(label: "peft-pipeline.stages", attributes: .concurrent)

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
