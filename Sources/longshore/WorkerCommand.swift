import ArgumentParser
import Pipelines
import Planning
import ServiceLifecycle
import UnixSignals
import Views
import Words
import Worker

/// `longshore worker`: a process of the fleet.
struct WorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker",
        abstract: "Run load tasks until told to stop.",
        discussion: """
            Any number of workers may run, on any machine, started and stopped at any time. On \
            SIGTERM a worker takes no more tasks, finishes those it has within --grace, or gives them \
            back; on a second one it gives them back at once. While it waits for its servers it ends at once.
            """
    )

    @Option(help: "How many load tasks to run at a time.")
    var slots = 2

    @Option(
        name: .customLong("pool"),
        help: ArgumentHelp(
            "A pool to take tasks from, and how much it counts when the slots are divided among several: `quick`, "
                + "`default:3`; may be given again. Each has slots of its own, one at least.",
            valueName: "name[:weight]"
        )
    )
    var pools: [PoolOption] = [.standard]

    @Option(
        help: ArgumentHelp(
            "How long an attempt may take whose definition does not say it: `30 s`, `5 min`, `6 h`.",
            valueName: "duration"
        )
    )
    var timeLimit = DurationOption(.seconds(1500))

    @Option(
        help: ArgumentHelp(
            "How long a source may give nothing whose definition does not say it.",
            valueName: "duration"
        )
    )
    var idleLimit = DurationOption(.seconds(300))

    @Option(help: "How long running tasks may go on after SIGTERM.")
    var grace = DurationOption(.seconds(25))

    @Option(help: "Attempts that may fail before a task has failed for good.")
    var attempts = 5

    @Option(help: "Deaths of workers before a task is set aside.")
    var crashes = 10

    @Option(
        help: ArgumentHelp(
            "How long a source that is not there is awaited whose definition does not say it; "
                + "1 min for files and 10 min for databases without it.",
            valueName: "duration"
        )
    )
    var sourcePatience: DurationOption?

    @Option(
        help: ArgumentHelp(
            "End, with exit code 0, when there has been nothing to do for so long: for jobs that are started when "
                + "there is.",
            valueName: "duration"
        )
    )
    var untilIdle: DurationOption?

    @OptionGroup var listening: ListenOptions
    @OptionGroup var servers: RunOptions

    func validate() throws {
        try SlotCount.validate(slots, atLeast: 1, option: "--slots")
        guard (1...100).contains(attempts), (1...100).contains(crashes) else {
            throw ValidationError("`--attempts` and `--crashes` must be from 1 to 100")
        }
    }

    private var announcement: String {
        "stopping: no more tasks are taken, and those that run may finish within "
            + "\(DurationWords.written(grace.duration)); a second signal gives them back at once"
    }

    func run() async throws {
        try Limits.validate(timeLimit.duration)
        let settings = try workerSettings()
        try settings.validate()
        await StartSignal.listen("stopping: no task was taken yet")
        try await listening.whileListening(as: "worker") { vitals in
            let fleet = try await servers.fleet()
            try await fleet.withWiring(as: fleet.membership(), pools: pools.map(\.name)) { wiring in
                try await work(fleet, wiring, settings, vitals)
            }
        }
    }

    private func work(
        _ fleet: Fleet,
        _ wiring: Wiring,
        _ settings: WorkerSettings,
        _ vitals: VitalSigns
    ) async throws {
        let worker = try await wiring.worker(settings)
        vitals.tell(wants: { worker.wants }) { metrics in
            metrics.add(ofThisWorker: worker.metrics, worker.measures)
        }
        let lasting: [any Service] = [SecondSignal(announcement) { worker.hurry() }, worker]
        var services = lasting.map { ServiceGroupConfiguration.ServiceConfiguration(service: $0) }
        if let untilIdle {
            services.append(
                .init(
                    service: IdleEnd(worker: worker, patience: untilIdle.duration),
                    successTerminationBehavior: .gracefullyShutdownGroup
                )
            )
        }
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services,
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: fleet.logger
            )
        )
        try await group.run()
    }

    private func workerSettings() throws -> WorkerSettings {
        WorkerSettings(
            name: Fleet.processName(),
            slots: slots,
            pools: pools.map(\.name),
            weights: Dictionary(pools.map { ($0.name, $0.weight) }) { first, _ in first },
            policy: RetryPolicy(
                maximumAttempts: attempts,
                maximumCrashes: crashes,
                patience:
                    sourcePatience
                    .map { SourcePatience(files: $0.duration, database: $0.duration) }
                    ?? SourcePatience()
            ),
            grace: grace.duration,
            leaseRenewal: .seconds(10) / Haste.factor,
            limits: TimeLimits(idle: idleLimit.duration, total: timeLimit.duration),
            consumerTimeout: try Limits.consumerTimeout()
        )
    }
}
