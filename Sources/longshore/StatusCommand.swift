import ArgumentParser
import Console
import InFlight
import Planning
import Redis
import Warehouse

/// `longshore status`: the loads, or the tasks of one.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show the newest loads and the workers, or the tasks of one load."
    )

    @Argument(help: "A load's number: show its tasks.")
    var load: Int64?

    @Option(help: "How many loads to show.")
    var limit = 10

    @OptionGroup var options: FleetOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard limit > 0 else { throw ValidationError("`--limit` must be at least 1") }
    }

    func run() async throws {
        let fleet = try await options.fleet().inForeground()
        let ledger = fleet.ledger()
        if let load {
            try await showTasks(of: load, in: ledger)
        } else {
            let redis = RedisClient(fleet.redis)
            let inFlight = RedisInFlightStore(
                client: redis,
                fleet: try await fleet.identity(in: ledger),
                logger: fleet.logger
            )
            try await showLoads(in: ledger, workers: inFlight.workers())
            await redis.close()
        }
        await ledger.close()
    }

    private func showLoads(in ledger: PostgresLedger, workers: [WorkerPresence]) async throws {
        let loads = try await ledger.loads(limit: limit)
        if output.json {
            try output.printJSON(loads)
            return
        }
        guard !loads.isEmpty else {
            print("No load yet. Start one: longshore load PIPELINE")
            return
        }
        var table = TextTable([
            ("load", .right), ("pipeline", .left), ("state", .left), ("periods", .left),
            ("tasks done", .right), ("failed", .right), ("created (UTC)", .left), ("time", .right),
        ])
        for load in loads {
            let total = load.tasks.values.reduce(0, +)
            let failed = load.tasks["failed", default: 0] + load.tasks["blocked", default: 0]
            table.add([
                String(load.load),
                load.kind == LoadKind.load.rawValue
                    ? load.pipeline : "\(load.pipeline) (\(load.kind))",
                load.standing, load.periods ?? "",
                "\(load.tasks["done", default: 0])/\(total)", String(failed), load.createdAt,
                Wording.duration(seconds: load.seconds),
            ])
        }
        print((table.lines + loads.compactMap(\.hindrance)).joined(separator: "\n"))
        print(workers.isEmpty ? "No worker process is registered." : "Workers:")
        for worker in workers {
            let running = worker.running.map(\.description).joined(separator: " ")
            print("  \(worker.name): \(worker.running.count)/\(worker.slots) slots busy \(running)")
        }
    }

    private func showTasks(of load: Int64, in ledger: PostgresLedger) async throws {
        guard let report = try await ledger.report(ofLoad: load) else {
            throw CommandFailure(
                .usage,
                "there is no load `\(load)`: `longshore status` lists the loads"
            )
        }
        let tasks = try await ledger.tasks(ofLoad: load)
        if output.json {
            try output.printJSON(tasks)
            return
        }
        let graph = try await ledger.load(load)?.graph()
        print(LoadSummary(report, tasks, graph).lines.joined(separator: "\n"))
    }
}
