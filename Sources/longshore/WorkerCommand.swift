import ArgumentParser
import ServiceLifecycle
import UnixSignals

/// `longshore worker`: a process of the fleet.
struct WorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker",
        abstract: "Run load tasks until told to stop.",
        discussion: """
            Any number of workers may run, on any machine, started and stopped at any time. On \
            SIGTERM a worker takes no more tasks, finishes those it has, or gives them back.
            """
    )

    @Option(help: "How many load tasks to run at a time.")
    var slots = 2

    @Option(name: .customLong("pool"), help: "A pool to take tasks from; may be given again.")
    var pools: [String] = ["default"]

    @OptionGroup var keyMaps: KeyMapOptions
    @OptionGroup var options: FleetOptions

    func validate() throws {
        try SlotCount.validate(slots, atLeast: 1, option: "--slots")
    }

    func run() async throws {
        let limit = try keyMaps.limit()
        let fleet = try await options.startedFleet().with(keyMapMemory: limit)
        let wiring = try await Wiring(fleet, pools: pools)
        let worker = try await wiring.worker(slots: slots, pools: pools)
        let group = ServiceGroup(
            services: [worker],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: fleet.logger
        )
        try await group.run()
        await wiring.close()
    }
}
