import Foundation
import Stages

@main
struct Entrypoint {
    static func main() {
        let arguments = Array(CommandLine.arguments.dropFirst())
        if let program = Guard.program(in: arguments) { exit(Guard.run(program)) }
        exit(Worker(catalogue: .standard).run(arguments: arguments).rawValue)
    }
}
