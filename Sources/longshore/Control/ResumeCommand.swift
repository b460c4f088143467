import ArgumentParser
import Console
import Ledger
import Pipelines
import Planning
import Views

/// `longshore resume`: go on with what was paused, or with a load whose coordinator stopped.
struct ResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Go on with what was paused, or with a load that nobody coordinates any more.",
        discussion: """
            A pause is ended, whoever coordinates the load. A load that nobody coordinates goes on in \
            the foreground, unless --detach leaves it to a `longshore coordinator`.
            """
    )

    @Argument(
        help: ArgumentHelp(
            "A load (`7`), a load task (`7.12`) or a pipeline (`callcenter`); without it, the oldest "
                + "unfinished load that nobody coordinates.",
            valueName: "what"
        )
    )
    private var named: TargetName?

    private var target: InterventionTarget? { named?.target }

    @Flag(help: "Only end the pause.")
    var detach = false

    @Option(help: "Load tasks to run at a time within this process.")
    var workers: Int?

    @OptionGroup var servers: RunOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        try SlotCount.validate(workers ?? 0, atLeast: 0, option: "--workers")
    }

    func run() async throws {
        let fleet = try await servers.fleetInForeground(postgresOnly: detach)
        try await fleet.withLedger { ledger in
            if let target, try await endPause(target, ControlDesk(fleet: fleet, ledger: ledger)) {
                return
            }
            guard let load = try await chosen(in: ledger) else { return try tellNothing() }
            try await waitForLease(on: load, in: ledger.loads)
            try await goOn(with: load, on: fleet, ledger)
        }
    }

    private func goOn(
        with load: Int64,
        on fleet: Fleet,
        _ ledger: LedgerDesks
    ) async throws {
        guard let record = try await ledger.coordination.load(load) else { return }
        try await fleet.withWiring(as: ledger.fleet.membership(), pools: record.pipeline.pools) {
            wiring in
            try await ForegroundLoad(load, wiring, ledger, workers: workers, output: output).run()
        }
    }

    /// Ends the pause of `target`.
    ///
    /// - Returns: Whether that is all there is to do: nothing is to be coordinated here.
    private func endPause(
        _ target: InterventionTarget,
        _ desk: ControlDesk
    ) async throws -> Bool {
        let change = try await desk.give { orders in try await orders.resume(target) }
        let isOrphan: Bool
        if case .load(let load) = target {
            isOrphan = try await desk.ledger.coordination.orphanedLoads().contains(load)
        } else {
            isOrphan = false
        }
        if change.isNew || target.load == nil || change.note != nil || detach {
            let line =
                change.isNew ? "\(target.title) goes on" : "\(target.title) was not paused"
            if output.json, !isOrphan || detach {
                try output.printJSON(change)
            } else if !output.json {
                Output.print(([line] + (change.note.map { [$0] } ?? [])).joined(separator: "\n"))
            }
            return detach || !isOrphan
        }
        if case .task = target {
            if output.json {
                try output.printJSON(change)
            } else {
                Output.print("\(target.title) was not paused")
            }
            return true
        }
        return false
    }

    /// A coordinator that died keeps its lease for some seconds more; one that lives renews it.
    private func waitForLease(on load: Int64, in loads: LoadReports) async throws {
        var last: Double?
        while let lease = try await loads.lease(on: load) {
            guard lease.seconds <= last ?? lease.seconds else {
                throw CommandFailure(
                    .usage,
                    "load \(load) is not paused, and `\(lease.owner)` coordinates it: follow it with "
                        + "`longshore status \(load)\(Invocation.current.stack)`"
                )
            }
            last = lease.seconds
            try await Task.sleep(for: .milliseconds(500))
        }
    }

    private func tellNothing() throws {
        guard !output.json else {
            return try output.printJSON(LoadOutcome(.nothingDue, pipeline: ""))
        }
        Output.print("No load is waiting for a coordinator: `longshore status` lists the loads.")
    }

    private func chosen(in ledger: LedgerDesks) async throws -> Int64? {
        guard let load = target?.load else {
            if let orphan = try await ledger.coordination.orphanedLoads().first { return orphan }
            return try await ledger.loads.unfinished().first
        }
        guard let state = try await ledger.coordination.state(ofLoad: load) else {
            throw UnknownLoad(load)
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
