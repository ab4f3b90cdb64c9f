import Foundation

/// Gives readers of files damaged files and watches what they do.
///
///     fuzz all|TARGET [--inputs N] [--seed S] [--first K]
///     fuzz TARGET --folder FOLDER
///     fuzz render
///
/// Each target runs in a process of its own, so that one that dies is told from one that is well; the program ends with 1
/// where something was found. `--first` begins at an input further on, and `--folder` reads the files of one input that
/// was found. `render` answers scripts/reference/chat_templates.py.
@main
enum Entrypoint {
    static func main() throws {
        var arguments = Array(CommandLine.arguments.dropFirst())
        let isWorker = arguments.first == "worker"
        if isWorker { arguments.removeFirst() }
        let name = arguments.isEmpty ? "" : arguments.removeFirst()
        if name == "render" { return try TemplateRenderer.run() }
        guard let options = Options(arguments) else { usage() }
        if name == "all" { exit(try Supervisor(options).run(FuzzTargets.names) ? 0 : 1) }
        guard let target = FuzzTargets.named(name) else { usage() }
        if let folder = options.folder {
            MemoryMeter.prepareAllocator()
            print(try Campaign(target(), options).verdict(onFolder: folder))
        } else if isWorker {
            MemoryMeter.prepareAllocator()
            if options.first == 0 {
                for problem in try SelfCheck.problems(options) { print("\(Supervisor.findingMark)\(problem)") }
            }
            try Campaign(target(), options).run()
        } else {
            exit(try Supervisor(options).run([name]) ? 0 : 1)
        }
    }

    private static func usage() -> Never {
        print("usage: fuzz all|render|TARGET [--inputs N] [--seed S] [--first K] [--folder FOLDER]")
        print("targets: " + FuzzTargets.names.joined(separator: ", "))
        exit(2)
    }
}
