package import ArgumentParser
import Diagnostics
import Foundation
import Recipes
import Remotes
import StageInterface
import Store

/// The command.
package struct PeftPipeline: AsyncParsableCommand {
    package static let version = "0.1.0"

    package static let configuration = CommandConfiguration(
        commandName: "peft-pipeline",
        abstract: "Fine-tune language models with few parameters, by pipelines that repeat only what changed.",
        discussion: """
            One YAML file says what happens, from data to a merged model. Every intermediate result is kept by its \
            content, so a second run does only what is out of date, and says why.

            EXAMPLES:
              peft-pipeline run pipelines/sentiment.yaml
              peft-pipeline run pipelines/sentiment.yaml --set r=16 --dry-run
              peft-pipeline explain pipelines/sentiment.yaml adapter
              peft-pipeline stages lora

            COMPLETION, with the names of stages, for bash, zsh or fish:
              peft-pipeline --generate-completion-script zsh > ~/.zfunc/_peft-pipeline
            """,
        version: version,
        subcommands: [
            RunCommand.self, StatusCommand.self, ValidateCommand.self, ExplainCommand.self, ShowCommand.self,
            MetricsCommand.self, InspectCommand.self, DagCommand.self, StagesCommand.self, RunsCommand.self,
            LogCommand.self, DiffCommand.self, ReportCommand.self, LockCommand.self, ReproduceCommand.self,
            ExportCommand.self,
            ImportCommand.self, PushCommand.self, PullCommand.self, GcCommand.self, VerifyCommand.self,
            DoctorCommand.self,
        ])

    package init() {}

    /// Parses the arguments and runs the command.
    ///
    /// - Returns: the exit code.
    package static func execute(_ arguments: [String]) async -> Int32 {
        do {
            var command = try parseAsRoot(arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            return ExitStatus.done.rawValue
        } catch {
            return report(error)
        }
    }

    /// Says what went wrong: the one place where errors become text and an exit code.
    private static func report(_ error: any Error) -> Int32 {
        let console = Console(color: .auto)
        switch error {
        case let status as ExitStatus: return status.rawValue
        case CommandFailure.found(let findings):
            console.show(findings)
            return ExitStatus.usage.rawValue
        case let error as DiagnosticsError:
            console.show(error.diagnostics)
            return ExitStatus.usage.rawValue
        case let error as RecipeError:
            console.show([.error(error.message, help: error.help)])
            return ExitStatus.usage.rawValue
        case CommandFailure.store(let error), let error as StoreError:
            console.show([.error(error.message, help: error.help)])
            return ExitStatus(error).rawValue
        case let error as RemoteError:
            console.show([.error(error.message, help: error.help)])
            return ExitStatus.stageFailed.rawValue
        case is CancellationError: return ExitStatus.interrupted.rawValue
        case _ where SystemError(error) != nil:
            let refusal = SystemError(error)
            console.show([.error(refusal?.message ?? "\(error)", help: refusal?.help)])
            return ExitStatus.stageFailed.rawValue
        default:
            let code = exitCode(for: error)
            let text = fullMessage(for: error)
            guard code != .success else {
                console.writeResult(text + "\n")
                return ExitStatus.done.rawValue
            }
            console.writeError(text + "\n")
            return code == .validationFailure ? ExitStatus.usage.rawValue : ExitStatus.internal.rawValue
        }
    }
}
