import ArgumentParser
import ExternalPrograms
import Foundation
import Remotes

/// Where results are that several machines share.
struct RemoteOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            Where results are shared: anything that rclone takes, as `s3:bucket/prefix`, `sftp:folder` or a plain folder. \
            Default: PEFT_PIPELINE_REMOTE.
            """, valueName: "remote"))
    var remote: String?

    private static let variable = "PEFT_PIPELINE_REMOTE"

    /// The remote, nil where none is named.
    ///
    /// - Throws: ``CommandFailure`` where it can't be used at all.
    func chosen() throws -> Remote? {
        let text = remote ?? ProcessInfo.processInfo.environment[Self.variable] ?? ""
        guard !text.isEmpty else { return nil }
        guard let address = RemoteAddress(text) else {
            throw CommandFailure.usage("--remote: expected what rclone takes, without control characters")
        }
        guard let program = ExternalProgram.find("rclone") else {
            throw CommandFailure.usage(
                "the program `rclone`, which reaches remotes, is not there",
                help: "install it: `make setup`, or on Debian `apt-get install rclone`")
        }
        return Remote(address, program: program)
    }

    /// The same, for commands that do nothing without one.
    func required() throws -> Remote {
        guard let remote = try chosen() else {
            throw CommandFailure.usage(
                "no remote is named",
                help: "give --remote, or set \(Self.variable); for example: --remote s3:bucket/results")
        }
        return remote
    }
}
