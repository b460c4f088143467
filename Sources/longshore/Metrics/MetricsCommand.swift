import ArgumentParser
import Console
import Views

/// `longshore metrics`: what monitoring wants to know, once.
struct MetricsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "metrics",
        abstract: "Print loads, queues and workers in Prometheus' text format.",
        discussion: """
            For a collector of text files, such as node_exporter's: \
            longshore metrics > /var/lib/node_exporter/longshore.prom.new, and then rename it. \
            A server that does not answer is `longshore_up` 0; one that answers and refuses this login is \
            `longshore_access` 0. What they know is left out, and standard error says why. With \
            `--listen`, workers and coordinators tell of themselves, and more than this.
            """
    )

    @OptionGroup var options: FleetOptions

    func run() async throws {
        let report = await FleetReport.ask(
            try await options.fleet().inForeground(),
            withWorkers: true
        )
        for problem in report.problems { Output.note(problem) }
        Output.data(Array(report.metrics.text.utf8))
    }
}
