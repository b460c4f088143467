import ArgumentParser
import Console
import Diagnosis
import InFlight
import Ledger
import Messaging
import Pipelines
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
        let report = try await fleet.readingLedger { ledger -> WhyReport in
            let identity = try await ledger.fleet.identity()
            return try await fleet.withInFlight(of: identity) { inFlight in
                let diagnosis = Diagnosis(.current)
                let search = Self.search(diagnosis, fleet, ledger, inFlight, identity)
                return diagnosis.report(try await search.evidence(on: task))
            }
        } whereNone: {
            throw UnknownLoad(task.load)
        }
        guard !output.json else { return try output.printJSON(report) }
        Output.print(report.lines.joined(separator: "\n"))
    }

    /// What the pipeline of a load has running; `nil` where it has no limit, or cannot be read any more.
    private static func crowd(
        ofLoad load: Int64,
        _ ledger: LedgerDesks
    ) async throws -> PipelineCrowd? {
        try await unlessUnreadable {
            guard let pipeline = try await ledger.coordination.load(load)?.pipeline,
                let limit = pipeline.concurrency
            else { return nil }
            return PipelineCrowd(
                limit: limit,
                running: try await ledger.tasks.running(ofPipeline: pipeline.name)
            )
        }
    }

    /// Asks the servers of a fleet.
    static func search(
        _ diagnosis: Diagnosis,
        _ fleet: Fleet,
        _ ledger: LedgerDesks,
        _ inFlight: RedisInFlightStore,
        _ identity: FleetIdentity
    ) -> EvidenceSearch {
        let topology = Topology(identity)
        let questions = EvidenceSearch.LedgerQuestions(
            facts: { try await ledger.tasks.facts(of: $0) },
            graph: { load in
                try await unlessUnreadable { try await ledger.coordination.load(load)?.graph() }
            },
            states: { try await ledger.coordination.states(ofLoad: $0, tasks: $1) },
            crowd: { try await Self.crowd(ofLoad: $0, ledger) },
            places: { try await ledger.fleet.places() },
            unbegun: { try await ledger.tasks.unbegun(inPool: $0) }
        )
        return EvidenceSearch(diagnosis, ledger: questions) { task in
            try await inFlight.knownHolder(of: task)
        } workers: {
            try await inFlight.knownWorkers()
        } queue: { pool in
            let condition = try await topology.condition(
                pools: [pool],
                configuration: fleet.amqp
            )
            return condition.depths[topology.taskQueue(pool: pool)]
                .map {
                    Evidence.Queue(
                        ready: $0.ready,
                        consumers: $0.consumers,
                        alarm: condition.alarm
                    )
                }
        }
    }
}
