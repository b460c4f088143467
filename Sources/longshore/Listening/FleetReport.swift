import Console
import InFlight
import Ledger
import Messaging
import Planning
import ServiceLifecycle
import Views

/// Tells the metrics of the whole fleet by one of its coordinators: else each would repeat them.
///
/// It is the living coordinator whose name is the first; when it dies, another one's is. While the ledger does not answer,
/// who told before goes on.
struct FleetReport: Service {
    let vitals: VitalSigns
    /// Whether this process is the one; `nil` while nobody knows.
    let isFirst: @Sendable () async -> Bool?
    let ask: @Sendable () async -> Report

    /// How old what is told may be.
    private static let interval: Duration = .seconds(15)

    /// Of a coordinator of a fleet, by its name.
    init(of fleet: Fleet, by name: String, vitals: VitalSigns) {
        self.vitals = vitals
        isFirst = {
            try? await fleet.readingLedger { ledger in
                try await ledger.fleet.places().coordinators.first.map { $0.name == name }
            } whereNone: {
                nil
            }
        }
        ask = { await Self.ask(fleet, withWorkers: false) }
    }

    /// Tells until the process is to end, which does not wait for servers that are slow to answer.
    func run() async throws {
        let telling = Task { await tell() }
        try? await gracefulShutdown()
        telling.cancel()
    }

    private func tell() async {
        var isMine = false
        repeat {
            isMine = await isFirst() ?? isMine
            let text = isMine ? await ask().metrics.text : ""
            // What is cancelled has not asked anybody.
            guard !Task.isCancelled else { return }
            vitals.tell(fleet: text)
        } while (try? await Task.sleep(for: Self.interval)) != nil
    }

    /// What came of asking the fleet's servers.
    struct Report {
        var metrics = FleetMetrics()
        /// Why something is not there, a line a server.
        var problems: [String] = []
    }

    /// Asks ledger and broker, and Redis for the workers, which tell that themselves where they listen.
    static func ask(_ fleet: Fleet, withWorkers: Bool) async -> Report {
        let (figures, known) = await answerOfLedger(fleet)
        // Without the ledger nobody knows what queues and keys are called: then there are none to tell of.
        let identity = known ?? FleetIdentity(unusedIn: fleet)
        let pools = figures.value?.pools ?? ["default"]
        let depths = await answer {
            try await Topology(identity)
                .queueDepths(pools: pools, configuration: fleet.amqp)
                .map(FleetStatus.Queue.init).sorted { $0.name < $1.name }
        }
        let workers = await fleet.withInFlight(of: identity) { inFlight in
            await answer { try await inFlight.knownWorkers() }
        }
        var report = Report()
        let answers = [
            ("postgres", figures.answer), ("rabbitmq", depths.answer), ("redis", workers.answer),
        ]
        report.metrics.add(servers: answers.map { ($0, $1.isUp, $1.isAllowed) })
        report.problems = answers.compactMap { server, answer in
            answer.problem.map { "\(server) \($0)" }
        }
        if let figures = figures.value { report.metrics.add(figures) }
        if let depths = depths.value { report.metrics.add(depths) }
        if withWorkers, let workers = workers.value { report.metrics.add(workers) }
        report.metrics.addTime()
        return report
    }

    private typealias Answer<Value> = (value: Value?, answer: ServerAnswer)

    private static func answerOfLedger(
        _ fleet: Fleet
    ) async -> (Answer<LedgerFigures>, FleetIdentity?) {
        do {
            return try await fleet.readingLedger { ledger in
                (
                    await answer { try await ledger.fleet.figures() },
                    try? await ledger.fleet.identity()
                )
            } whereNone: {
                ((.nothing, .good), nil)
            }
        } catch {
            return ((nil, ServerAnswer(error)), nil)
        }
    }

    private static func answer<Value>(
        _ question: () async throws -> Value
    ) async -> Answer<Value> {
        do {
            return (try await question(), .good)
        } catch {
            return (nil, ServerAnswer(error))
        }
    }
}
