import ArgumentParser
import Foundation
import StageInterface
import Stages

/// What stages may use of this machine.
struct MachineOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Threads of a stage that computes; part of its key. Default: all cores.", valueName: "n"))
    var threads: Int?

    @Option(help: "Where tensors live: auto, cpu or cuda; part of the key of stages that compute.")
    var device = DeviceChoice.auto

    func validate() throws {
        if let threads, threads < 1 { throw ValidationError("--threads: expected a number of at least 1") }
    }

    var numerics: NumericsClass {
        NumericsClass.current(device: device, threads: threads ?? ProcessInfo.processInfo.activeProcessorCount)
    }
}

extension DeviceChoice: ExpressibleByArgument {}
