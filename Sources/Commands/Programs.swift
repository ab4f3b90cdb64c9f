import Diagnostics
import Foundation

/// The programs that belong together.
enum Programs {
    /// The path of peft-worker: beside this program, or where `PEFT_PIPELINE_WORKER` says.
    static func worker() throws -> String {
        if let path = ProcessInfo.processInfo.environment["PEFT_PIPELINE_WORKER"], !path.isEmpty { return path }
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let path = URL(fileURLWithPath: own).deletingLastPathComponent().appending(path: "peft-worker").path
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw CommandFailure.usage(
                "peft-worker is not beside peft-pipeline (looked for \(path))",
                help: "build both with `make build`, or name it in PEFT_PIPELINE_WORKER")
        }
        return path
    }
}
