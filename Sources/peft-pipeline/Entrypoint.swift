import Commands
import Foundation

@main
struct Entrypoint {
    static func main() async {
        // A file that may not grow is an error of the write that made it, to be told, and no end.
        signal(SIGXFSZ, SIG_IGN)
        exit(await PeftPipeline.execute(Array(CommandLine.arguments.dropFirst())))
    }
}
