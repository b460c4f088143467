import ArgumentParser
import Pipelines
import Planning
import Warehouse

/// `longshore resume`: go on with a load whose coordinator stopped.
struct ResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Go on, in the foreground, with a load that nobody coordinates any more."
    )

    @Argument(help: "The load's number; the oldest unfinished one without it.")
    var load: Int64?

    @Option(help: "Load tasks to run at a time within this process.")
    var workers: Int?

    @OptionGroup var keyMaps: KeyMapOptions
    @OptionGroup var options: FleetOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        try SlotCount.validate(workers ?? 0, atLeast: 0, option: "--workers")
    }

    func run() async throws {
        let limit = try keyMaps.limit()
        let fleet = try await options.startedFleet().inForeground().with(keyMapMemory: limit)
        let ledger = PostgresLedger(fleet.postgres)
        guard let load = try await chosen(in: ledger) else {
            print("No load is waiting for a coordinator: `longshore status` lists the loads.")
            return
        }
        try await waitForLease(on: load, in: ledger)
        guard let record = try await ledger.load(load) else { return }
        try await ForegroundLoad(
            load: load,
            fleet: fleet,
            wiring: try await Wiring(fleet, pools: record.pipeline.pools),
            ledger: ledger,
            slots: workers ?? (fleet.isLocal ? 2 : 0),
            output: output
        )
        .run()
    }

    /// A coordinator that died keeps its lease for some seconds more.
    private func waitForLease(on load: Int64, in ledger: PostgresLedger) async throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while try await !ledger.orphanedLoads().contains(load) {
            guard ContinuousClock.now < deadline else {
                throw CommandFailure(
                    .usage,
                    "load \(load) has a coordinator that is alive: follow it with "
                        + "`longshore status \(load)`"
                )
            }
            try await Task.sleep(for: .milliseconds(500))
        }
    }

    private func chosen(in ledger: PostgresLedger) async throws -> Int64? {
        guard let load else { return try await ledger.unfinishedLoads().first }
        guard let state = try await ledger.state(ofLoad: load) else {
            throw CommandFailure(
                .usage,
                "there is no load `\(load)`: `longshore status` lists the loads"
            )
        }
        guard state == .running else {
            throw CommandFailure(
                .usage,
                "load \(load) has ended as \(state.rawValue): there is nothing to resume"
            )
        }
        return load
    }
}
