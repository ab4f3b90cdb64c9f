import Commands
import Foundation

@main
struct Entrypoint {
    static func main() async {
        exit(await PeftPipeline.execute(Array(CommandLine.arguments.dropFirst())))
    }
}
