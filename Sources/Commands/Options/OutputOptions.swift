import ArgumentParser

/// How output looks.
struct OutputOptions: ParsableArguments {
    @Option(help: "Colour: auto (on a terminal, unless NO_COLOR is set), always or never.")
    var color = ColorChoice.auto

    @Flag(help: "Write the result as JSON, one object a line.")
    var json = false

    var console: Console { Console(color: color) }
}

extension ColorChoice: ExpressibleByArgument {}
