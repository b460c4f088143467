import ArgumentParser
import Console
import Diagnosis
import InFlight
import Ledger
import Messaging
import Planning

/// `longshore why`: the chain of causes that a task waits for.
struct WhyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why",
        abstract: "Explain why a load task stands where it stands, down to the root.",
        discussion: """
            What it needs and where that stands, who runs it since when, when it is tried again after \
            which failure, who paused it when and why, what its queue is like; and what to do.

            longshore why 7.12
            """
    )

    @Argument(help: ArgumentHelp("A load task: `7.12`.", valueName: "task"))
    private var named: TargetName

    @OptionGroup var options: FleetOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard case .task = named.target else {
            throw ValidationError(
                "`\(named.target)` is no load task: write load and task as in `7.12`; "
                    + "`longshore status 7` lists the tasks of load 7"
            )
        }
    }

    func run() async throws {
        guard case .task(let task) = named.target else { return }
        let fleet = try await options.fleet().inForeground()
        let report = try await fleet.withLedger { ledger in
            let identity = try await fleet.identity(in: ledger)
            return try await fleet.withInFlight(of: identity) { inFlight in
                let inquiry = inquiry(fleet, ledger, inFlight, identity)
                return inquiry.diagnosis.report(try await inquiry.evidence(on: task))
            }
        }
        guard !output.json else { return try output.printJSON(report) }
        Output.print(report.lines.joined(separator: "\n"))
    }

    private func inquiry(
        _ fleet: Fleet,
        _ ledger: PostgresLedger,
        _ inFlight: RedisInFlightStore,
        _ identity: FleetIdentity
    ) -> Inquiry {
        let topology = Topology(identity)
        return Inquiry(ledger: ledger, diagnosis: Diagnosis(.current)) { task in
            try await inFlight.knownHolder(of: task)
        } broker: { pool in
            let condition = try await topology.condition(
                pools: [pool],
                configuration: fleet.amqp
            )
            return (condition.depths[topology.taskQueue(pool: pool)], condition.alarm)
        }
    }
}
