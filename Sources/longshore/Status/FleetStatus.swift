import InFlight
import Messaging
import Planning
import Redis
import Warehouse

/// What the ledger, the broker and Redis tell of a fleet; what a server does not tell is not known,
/// which is something else than nothing.
struct FleetStatus: Encodable {
    /// The newest loads, newest first.
    var loads: [LoadReport]
    /// Who coordinates loads now.
    var coordinators: [ActiveCoordinator]
    /// The registered workers; `nil` when Redis does not answer.
    var workers: [WorkerPresence]?
    /// The queues with tasks, and that of dead letters; `nil` when RabbitMQ does not answer.
    var queues: [Queue]?
    /// What is wrong with servers.
    var problems: [ServerProblem]

    /// A queue of the broker.
    struct Queue: Encodable {
        var name: String
        var ready: Int
        var consumers: Int
    }

    /// A server that does not answer, or does not do what it is there for.
    struct ServerProblem: Encodable {
        /// `RabbitMQ`, `Redis`.
        var server: String
        /// What is wrong, and what follows from it.
        var problem: String
    }

    private enum CodingKeys: CodingKey {
        case loads, coordinators, workers, queues, problems
    }

    /// What is not known is written as `null`.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(loads, forKey: .loads)
        try container.encode(coordinators, forKey: .coordinators)
        try container.encode(workers, forKey: .workers)
        try container.encode(queues, forKey: .queues)
        try container.encode(problems, forKey: .problems)
    }

    /// Asks all servers; only the ledger has to answer.
    static func asked(
        of fleet: Fleet,
        _ ledger: PostgresLedger,
        limit: Int
    ) async throws -> FleetStatus {
        var status = FleetStatus(
            loads: try await ledger.loads(limit: limit),
            coordinators: try await ledger.coordinators(),
            problems: []
        )
        let identity = try await fleet.identity(in: ledger)
        // A reader may not count rejects, and is told the rest all the same.
        let pools = (try? await ledger.figures().pools) ?? ["default"]
        await status.ask(broker: fleet, identity, pools: pools)
        await status.ask(redis: fleet, identity)
        return status
    }

    private mutating func ask(
        broker fleet: Fleet,
        _ identity: FleetIdentity,
        pools: [String]
    ) async {
        do {
            let condition = try await Topology(identity)
                .condition(pools: pools, configuration: fleet.amqp)
            queues = condition.depths.sorted { $0.key < $1.key }
                .map { Queue(name: $0.key, ready: $0.value.ready, consumers: $0.value.consumers) }
            guard let alarm = condition.alarm else { return }
            add("RabbitMQ", Self.words(alarm: alarm))
        } catch {
            add("RabbitMQ", "does not answer, so no task is published or taken: \(error)")
        }
    }

    private mutating func ask(redis fleet: Fleet, _ identity: FleetIdentity) async {
        do {
            workers = try await fleet.withInFlight(of: identity) { store throws(RedisError) in
                try await store.knownWorkers()
            }
        } catch {
            add("Redis", "does not answer, so the workers are not known: \(error.description)")
        }
    }

    private mutating func add(_ server: String, _ problem: String) {
        problems.append(ServerProblem(server: server, problem: problem))
    }

    /// What a broker's alarm means.
    static func words(alarm: String) -> String {
        "takes no messages (\(alarm)): loads stand still until it has memory and disk again"
    }
}
