import Alerts
import ArgumentParser
import Coordinator
import Inquiry
import Ledger
import Logging
import ServiceLifecycle
import UnixSignals

/// `longshore coordinator`: the daemon that coordinates loads.
struct CoordinatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "coordinator",
        abstract:
            "Coordinate detached loads, and those whose coordinator died; fire schedules; tell alerts.",
        discussion: """
            Several may run: each load is coordinated by one of them, and when it dies another takes \
            over within 15 seconds. What schedules have to load is found out here: give it the variables \
            and files that workers have.
            """
    )

    @Option(
        help: "How many loads to coordinate at a time, besides those that are paused or only wait."
    )
    var loads = 8

    @Option(
        help: ArgumentHelp(
            "Delete from the ledger what ended more than so many days ago, every hour, as `longshore prune` does; "
                + "nothing is deleted without it.",
            valueName: "days"
        ),
        transform: dayCount
    )
    var keep: Int?

    @OptionGroup var listening: ListenOptions
    @OptionGroup var access: SourceOptions
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
        let sources = try access.sources(beside: options)
        await StartSignal.listen("stopping: no load was taken yet")
        try await listening.whileListening(as: "coordinator") { vitals in
            let fleet = try await options.startedFleet().with(sources: sources)
            try await patience.wait(for: fleet, unless: StartPatience.ofDaemons)
            try await fleet.withLedger { ledger in
                try await fleet.withWiring(as: ledger.fleet.membership()) { wiring in
                    try await coordinate(fleet, ledger, wiring, vitals)
                }
            }
        }
    }

    private func coordinate(
        _ fleet: Fleet,
        _ ledger: LedgerDesks,
        _ wiring: Wiring,
        _ vitals: VitalSigns
    ) async throws {
        await wiring.tellOlderQueues()
        let ports = try await wiring.coordinatorPorts(ledger: ledger)
        let settings = CoordinatorSettings.own(Fleet.processName(), rest: RestRule())
        let daemon = CoordinatorService(
            settings: settings,
            ports: ports,
            limit: loads,
            logger: fleet.logger
        )
        let schedules = ScheduleService(
            settings: settings,
            ledger: ledger.coordination,
            loads: RegisteredLoads(ledger, environment: fleet.sources),
            logger: fleet.logger
        )
        let alerts = AlertService(
            settings: settings,
            ledger: ledger.coordination,
            teller: AlertTargets(environment: fleet.sources),
            logger: fleet.logger
        )
        let lineage = try LineageOptions.receiver(for: fleet)
            .map { receiver in
                LineageService(
                    settings: settings,
                    ledger: ledger.coordination,
                    receiver: receiver,
                    logger: fleet.logger
                )
            }
        vitals.tell(wants: { daemon.wants })
        let reports =
            vitals.address == nil
            ? [] : [FleetReport(of: fleet, by: settings.owner, vitals: vitals)]
        let author = ActionAuthor(name: settings.owner, by: .coordinator)
        let others: [(any Service)?] = [
            retention(of: ledger.acting(as: author, having: nil), logger: fleet.logger), lineage,
        ]
        let group = ServiceGroup(
            services: reports + others.compactMap(\.self) + [
                SecondSignal(Self.announcement) { daemon.stop() }, ports.events,
                LoadWatch(listener: LoadListener(fleet.postgres), logger: fleet.logger) {
                    daemon.look()
                },
                alerts, schedules, daemon,
            ],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: fleet.logger
        )
        try await group.run()
    }

    /// What forgets what ended long ago; `nil` where nothing is to be forgotten.
    private func retention(of ledger: LedgerDesks, logger: Logger) -> RetentionService? {
        keep.map { days in
            RetentionService(logger: logger) {
                let forgotten = try await ledger.retention.forget(olderThanDays: days)
                return [
                    "loads": forgotten.loads, "tasks": forgotten.tasks,
                    "rejects": forgotten.rejects,
                ]
            }
        }
    }
}
