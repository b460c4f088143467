import BlockingThread
import Console
import Coordinator
import Extraction
import Foundation
import InFlight
import Ledger
import Loading
import Logging
import Messaging
import Planning
import Redis
import Synchronization
import Worker

/// The connections of one process to its fleet's servers, and the actors that use them.
struct Wiring: Sendable {
    let fleet: Fleet
    private let topology: Topology
    private let key: MessageKey
    private let publisher: BrokerTaskPublisher
    private let redis: RedisClient
    private let consumers = Consumers()
    /// Leases, done-marks and progress.
    let inFlight: RedisInFlightStore

    /// Connects the publisher; Redis is connected when it is first asked, and may be away.
    init(
        _ fleet: Fleet,
        as membership: FleetMembership,
        pools: [String]
    ) async throws {
        self.fleet = fleet
        topology = Topology(membership.identity)
        key = membership.key
        publisher = try await BrokerTaskPublisher.connect(
            to: fleet.amqp,
            topology: topology,
            key: key,
            pools: pools,
            logger: fleet.logger
        )
        redis = RedisClient(fleet.redis)
        inFlight = RedisInFlightStore(
            client: redis,
            fleet: membership.identity,
            lifetimes: Haste.lifetimes,
            logger: fleet.logger
        )
    }

    /// Why the broker takes no messages, in its own words; `nil` when it takes them.
    var brokerAlarm: String? { publisher.alarm }

    /// Asks Redis once: a load goes on without it, as a worker does, and says so at its start.
    ///
    /// - Throws: `RedisError` for what will not pass by itself, such as a wrong password or certificate.
    func tellOfMissingRedis() async throws {
        do {
            _ = try await redis.send(["PING"], timeout: .seconds(2))
        } catch {
            guard error.isRetryable else { throw error }
            Output.note(
                "warning: Redis: \(error); the load goes on without it: its progress is not shown, and "
                    + "pauses and cancellations take a little longer"
            )
        }
    }

    /// Says what a version has left behind that did not yet name the warehouse in its queues.
    func tellOlderQueues() async {
        let depths = try? await topology.olderQueues(
            pools: ["default"],
            configuration: fleet.amqp
        )
        let left = (depths ?? [:]).filter { $0.value.ready > 0 }.sorted { $0.key < $1.key }
        guard !left.isEmpty else { return }
        fleet.logger.warning(
            """
            queues of an older version still have messages: their tasks are published again to the new \
            ones; look at the dead letters, then delete those queues on the broker
            """,
            metadata: [
                "queues": .string(
                    left.map { "\($0.key): \($0.value.ready)" }.joined(separator: ", ")
                )
            ]
        )
    }

    /// What takes dead letters away that are settled.
    func deadSweep(tasks: TaskReports) -> DeadSweep {
        DeadSweep(
            DeadLetters(fleet.amqp, topology: topology, key: key),
            logger: fleet.logger,
            settled: tasks.settled
        )
    }

    /// What a coordinator needs.
    func coordinatorPorts(ledger: LedgerDesks) async throws -> CoordinatorPorts {
        let events = try await BrokerEventReceiver.connect(
            to: fleet.amqp,
            topology: topology,
            key: key,
            logger: fleet.logger
        )
        consumers.add { await events.close() }
        return CoordinatorPorts(
            ledger: ledger.coordination,
            publisher: publisher,
            events: EventHub(events),
            inFlight: inFlight,
            tidyUp: { [sweep = deadSweep(tasks: ledger.tasks)] in await sweep.tryToRun() }
        )
    }

    /// A worker with its own consumer, and a thread and a connection to the warehouse for each slot.
    func worker(_ settings: WorkerSettings) async throws -> Worker {
        let slots = settings.slots
        await warnOfFewSessions(slots)
        let receiver = try await BrokerTaskReceiver.connect(
            to: fleet.amqp,
            topology: topology,
            pools: settings.pools,
            weights: settings.weights,
            slots: slots,
            publisher: publisher,
            logger: fleet.logger
        )
        consumers.add { await receiver.close() }
        let threads = (0..<slots).map { BlockingThread(name: "slot-\($0)") }
        let keyMaps = KeyMapCache(memoryLimit: fleet.keyMapMemory)
        let reminder = PartitionReminder(fleet.postgres) { [logger = fleet.logger] table in
            logger.warning(
                "sessions that read it may lack its newest partitions",
                metadata: ["table": .string(table)]
            )
        }
        consumers.add { await reminder.close() }
        let ports = WorkerPorts(
            receiver: receiver,
            publisher: publisher,
            inFlight: inFlight,
            interventions: InterventionReader(fleet.postgres),
            abort: { error in
                Output.note("error: \(error.description)")
                _exit(CommandFailure.Code.unexpected.rawValue)
            },
            makeLoader: { [postgres = fleet.postgres, sources = fleet.sources] slot in
                WarehouseLoader(
                    postgres,
                    slot: slot,
                    thread: threads[slot],
                    keyMaps: keyMaps,
                    environment: sources,
                    reminder: reminder
                )
            },
            executor: { threads[$0] },
            observer: FaultInjector(ProcessInfo.processInfo.environment)
        )
        return Worker(settings, ports: ports, logger: fleet.logger)
    }

    /// Says at the start when the slots can take each other's sessions at the warehouse.
    private func warnOfFewSessions(_ slots: Int) async {
        let budget = try? await SessionBudget.read(slots: slots, from: fleet.postgres)
        guard let warning = budget?.warning else { return }
        Output.note("warning: \(warning)")
    }

    /// Ends all connections, also those of actors that were made and never run; each is given time by a
    /// broker that does not answer, and all have the same.
    func close() async {
        async let consumed: Void = consumers.close()
        await publisher.close()
        await consumed
        await redis.close()
    }
}

/// How the connections are closed on which a process consumes.
private final class Consumers: Sendable {
    private let ends = Mutex<[@Sendable () async -> Void]>([])

    func add(_ end: @escaping @Sendable () async -> Void) {
        ends.withLock { $0.append(end) }
    }

    func close() async {
        await withTaskGroup(of: Void.self) { group in
            for end in ends.withLock(\.self) { group.addTask { await end() } }
        }
    }
}
