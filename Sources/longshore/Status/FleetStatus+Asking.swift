import Console
import InFlight
import Ledger
import Messaging
import Planning
import Redis
import Views

extension FleetStatus {
    /// Asks all servers; only the ledger has to answer.
    static func asked(
        of fleet: Fleet,
        _ ledger: LedgerDesks,
        limit: Int
    ) async throws -> FleetStatus {
        var status = FleetStatus(
            loads: try await ledger.loads.newest(limit: limit),
            coordinators: try await ledger.fleet.coordinators()
        )
        let identity = try await ledger.fleet.identity()
        // A reader may not see all of it, and is told the rest all the same.
        try? await ledger.loads.addUnbegun(to: &status.loads)
        status.overdue = (try? await ledger.schedules.overdue()) ?? []
        status.exports = try? await ledger.effects.unfinished()
        let pools = (try? await ledger.fleet.pools()) ?? ["default"]
        await status.ask(broker: fleet, identity, pools: pools)
        await status.ask(redis: fleet, identity, ledger)
        return status
    }

    /// Asks the other servers of a fleet that has no ledger yet.
    static func asked(ofUnused fleet: Fleet) async -> FleetStatus {
        var status = FleetStatus(loads: [], coordinators: [])
        status.exports = []
        let identity = FleetIdentity(unusedIn: fleet)
        await status.ask(broker: fleet, identity, pools: ["default"])
        await status.ask(redis: fleet, identity, nil)
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
            queues = condition.depths.map(Queue.init).sorted { $0.name < $1.name }
            guard let alarm = condition.alarm else { return }
            add("RabbitMQ", BrokerAlarm.words(alarm))
        } catch {
            add("RabbitMQ", "does not answer, so no task is published or taken: \(error)")
        }
    }

    private mutating func ask(
        redis fleet: Fleet,
        _ identity: FleetIdentity,
        _ ledger: LedgerDesks?
    ) async {
        let running = loads.filter { $0.state == .running }.map(\.load)
        do {
            let told = try await fleet.withInFlight(of: identity) { store throws(RedisError) in
                var progress: [Int64: [Int: InFlightProgress]] = [:]
                for load in running { progress[load] = await store.progress(ofLoad: load) }
                return (workers: try await store.knownWorkers(), progress: progress)
            }
            workers = told.workers
            guard let ledger else { return readings = [] }
            readings = try? await Self.readings(of: told.progress, ledger)
        } catch {
            add("Redis", "does not answer, so the workers are not known: \(error.description)")
        }
    }
}

extension FleetIdentity {
    /// That of a fleet whose warehouse has no name, since it has no ledger: there is nothing under it.
    init(unusedIn fleet: Fleet) {
        self.init(name: fleet.name, warehouse: "unknown")
    }
}

extension FleetStatus {
    private static func readings(
        of progress: [Int64: [Int: InFlightProgress]],
        _ ledger: LedgerDesks
    ) async throws -> [LoadReading] {
        var readings: [LoadReading] = []
        for (load, progress) in progress.sorted(by: { $0.key < $1.key }) {
            let ages = try await ledger.loads.ages(ofLoad: load)
            if let reading = LoadReading(of: load, progress, ages: ages) {
                readings.append(reading)
            }
        }
        return readings
    }
}

extension FleetStatus.Queue {
    /// A queue of the broker.
    init(_ name: String, _ depth: QueueDepth) {
        self.init(name: name, ready: depth.ready, consumers: depth.consumers)
    }
}
