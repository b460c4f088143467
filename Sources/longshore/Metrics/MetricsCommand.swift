import ArgumentParser
import Console
import InFlight
import Ledger
import Messaging
import Planning
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
            `longshore_access` 0. What they know is left out, and standard error says why.
            """
    )

    @OptionGroup var options: FleetOptions

    func run() async throws {
        let fleet = try await options.fleet().inForeground()
        let (figures, identity) = await fleet.withLedger { ledger in
            // Without the ledger nobody knows what queues and keys are called: then there are none to tell of.
            (
                await Self.ask { try await ledger.fleet.figures() },
                (try? await ledger.fleet.identity())
                    ?? FleetIdentity(name: fleet.name, warehouse: "unknown")
            )
        }
        let workers = await fleet.withInFlight(of: identity) { inFlight in
            await Self.ask { try await inFlight.knownWorkers() }
        }
        let pools = figures.value?.pools ?? ["default"]
        let depths = await Self.ask {
            try await Topology(identity)
                .queueDepths(pools: pools, configuration: fleet.amqp)
                .map(FleetStatus.Queue.init).sorted { $0.name < $1.name }
        }
        var metrics = FleetMetrics()
        let answers = [
            ("postgres", figures.answer), ("rabbitmq", depths.answer), ("redis", workers.answer),
        ]
        metrics.add(servers: answers.map { ($0, $1.isUp, $1.isAllowed) })
        for (server, answer) in answers {
            if let problem = answer.problem { Output.note("\(server) \(problem)") }
        }
        if let figures = figures.value { metrics.add(figures) }
        if let depths = depths.value { metrics.add(depths) }
        if let workers = workers.value { metrics.add(workers) }
        Output.data(Array(metrics.text.utf8))
    }

    private static func ask<Value>(
        _ question: () async throws -> Value
    ) async -> (value: Value?, answer: ServerAnswer) {
        do {
            return (try await question(), .good)
        } catch {
            return (nil, ServerAnswer(error))
        }
    }
}
