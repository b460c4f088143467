import ArgumentParser

/// What every order of a person takes: why, where and how it is answered.
struct OrderOptions: ParsableArguments {
    @Option(help: "Why; `longshore why` tells it.")
    var reason: String?

    @OptionGroup var options: FleetOptions
    @OptionGroup var output: OutputOptions
}
