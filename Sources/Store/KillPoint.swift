import Foundation
import Glibc
import Synchronization
import SystemPackage

/// Where a test may end the whole process as `kill -9` does, to see what a next run finds.
///
/// Only a debug build looks at these variables: with `PEFT_PIPELINE_KILL_AT=37` the process ends at the 37th point that
/// it passes, and `PEFT_PIPELINE_KILL_LOG` names a file to which each point that was passed is added, a line each.
package enum KillPoint {
    #if DEBUG
        private static let target = variable("PEFT_PIPELINE_KILL_AT").flatMap { Int($0) }
        private static let log = variable("PEFT_PIPELINE_KILL_LOG")
        private static let count = Atomic(0)

        private static func variable(_ name: String) -> String? { ProcessInfo.processInfo.environment[name] }
    #endif

    /// The process is at a point; ends it if a test wants that.
    package static func pass(_ name: @autoclosure () -> String) {
        #if DEBUG
            guard target != nil || log != nil else { return }
            let number = count.add(1, ordering: .relaxed).newValue
            if let log { write("\(number) \(name())\n", to: FilePath(log)) }
            if number == target { kill(getpid(), SIGKILL) }
        #endif
    }

    /// For a store: each of its steps is a point. Nil where no test asks, so that nothing is done differently.
    package static var faultPoint: FaultPoint? {
        #if DEBUG
            guard target != nil || log != nil else { return nil }
            return { step in pass(step.description) }
        #else
            return nil
        #endif
    }

    #if DEBUG
        private static func write(_ line: String, to path: FilePath) {
            let file = try? FileDescriptor.open(
                path, .writeOnly, options: [.append, .create, .closeOnExec], permissions: [.ownerReadWrite])
            _ = try? file?.closeAfter { try file?.writeAll(line.utf8) }
        }
    #endif
}
