import Foundation
import Stages

@main
struct Entrypoint {
    static func main() {
        exit(Worker(catalogue: .standard).run(arguments: Array(CommandLine.arguments.dropFirst())).rawValue)
    }
}
