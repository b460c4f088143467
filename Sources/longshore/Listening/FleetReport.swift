import Console
import InFlight
import Ledger
import Messaging
import Planning
import ServiceLifecycle
import Views

/// Tells the metrics of the whole fleet by one of its coordinators: else each would repeat them.
///
/// It is the living coordinator whose name is the first; when it dies, another one's is.
struct FleetReport: Service {
    let fleet: Fleet
    let name: String
    let vitals: VitalSigns

    /// How old what is told may be.
    private static let interval: Duration = .seconds(15)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            repeat {
                let report = await Self.ask(fleet, withWorkers: false)
                let isMine = report.coordinators?.first.map { $0 == name } ?? true
                vitals.tell(fleet: isMine ? report.metrics.text : "")
            } while (try? await Task.sleep(for: Self.interval)) != nil
        }
    }

    /// What came of asking the fleet's servers.
    struct Report {
        var metrics = FleetMetrics()
        /// Why something is not there, a line a server.
        var problems: [String] = []
        /// The living coordinators, by name; `nil` when that is not known.
        var coordinators: [String]?
    }

    /// Asks ledger and broker, and Redis for the workers, which tell that themselves where they listen.
    static func ask(_ fleet: Fleet, withWorkers: Bool) async -> Report {
        let (figures, identity) = await fleet.withLedger { ledger in
            // Without the ledger nobody knows what queues and keys are called: then there are none to tell of.
            (
                await answer { try await ledger.fleet.figures() },
                (try? await ledger.fleet.identity())
                    ?? FleetIdentity(name: fleet.name, warehouse: "unknown")
            )
        }
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
        report.coordinators = figures.value?.places.coordinators.map(\.name)
        return report
    }

    private static func answer<Value>(
        _ question: () async throws -> Value
    ) async -> (value: Value?, answer: ServerAnswer) {
        do {
            return (try await question(), .good)
        } catch {
            return (nil, ServerAnswer(error))
        }
    }
}
