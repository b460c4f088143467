import ArgumentParser
import Coordinator
import Ledger
import ServiceLifecycle
import UnixSignals

/// `longshore coordinator`: the daemon that coordinates loads.
struct CoordinatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "coordinator",
        abstract: "Coordinate detached loads, and those whose coordinator died.",
        discussion: """
            Several may run: each load is coordinated by one of them, and when it dies another takes \
            over within 15 seconds.
            """
    )

    @Option(
        help: "How many loads to coordinate at a time, besides those that are paused or only wait."
    )
    var loads = 8

    @OptionGroup var patience: StartPatience
    @OptionGroup var options: FleetOptions

    func validate() throws {
        guard (1...1000).contains(loads) else {
            throw ValidationError("`--loads` must be from 1 to 1000")
        }
    }

    private static let announcement =
        "stopping: the loads are left to other coordinators; a third signal ends the process as it is"

    func run() async throws {
        let fleet = try await options.startedFleet()
        try await patience.wait(for: fleet, unless: StartPatience.ofDaemons)
        try await fleet.withLedger { ledger in
            try await fleet.withWiring(as: ledger.membership()) { wiring in
                try await coordinate(fleet, ledger, wiring)
            }
        }
    }

    private func coordinate(
        _ fleet: Fleet,
        _ ledger: PostgresLedger,
        _ wiring: Wiring
    ) async throws {
        await wiring.tellOlderQueues()
        let ports = try await wiring.coordinatorPorts(ledger: ledger)
        let daemon = CoordinatorService(
            settings: CoordinatorSettings(owner: Fleet.processName(), rest: RestRule()),
            ports: ports,
            limit: loads,
            logger: fleet.logger
        )
        let group = ServiceGroup(
            services: [
                SecondSignal(Self.announcement) { daemon.stop() }, ports.events,
                LoadWatch(listener: LoadListener(fleet.postgres), logger: fleet.logger) {
                    daemon.look()
                },
                daemon,
            ],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: fleet.logger
        )
        try await group.run()
    }
}
