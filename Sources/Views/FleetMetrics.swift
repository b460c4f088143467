import Console
public import Ledger
public import Planning

/// The fleet's metrics, by their names.
public struct FleetMetrics {
    private var metrics = MetricsText()

    /// No metrics.
    public init() {}

    /// What a collector reads.
    public var text: String { metrics.text }

    /// Whether a server answers, and whether it lets this login see what is measured, where that is known.
    public typealias Server = (name: String, isUp: Bool, isAllowed: Bool?)

    /// Adds what came of asking servers.
    public mutating func add(servers: [Server]) {
        metrics.add(
            "longshore_up",
            .gauge,
            "Whether the server answers.",
            servers.map { .init(["server": $0.name], $0.isUp ? 1 : 0) }
        )
        metrics.add(
            "longshore_access",
            .gauge,
            "Whether a server that answers lets this login see what is measured.",
            servers.compactMap { server in
                server.isAllowed.map { .init(["server": server.name], $0 ? 1 : 0) }
            }
        )
    }

    /// Adds what the ledger tells.
    public mutating func add(_ figures: LedgerFigures) {
        metrics.add(
            "longshore_loads",
            .gauge,
            "Loads by state.",
            figures.loads.map {
                .init(["pipeline": $0.subject, "state": $0.state.rawValue], $0.value)
            }
        )
        metrics.add(
            "longshore_tasks",
            .gauge,
            "Load tasks of running loads, by state.",
            figures.tasks.map {
                .init(["pipeline": $0.subject, "state": $0.state.rawValue], $0.value)
            }
        )
        metrics.add(
            "longshore_periods",
            .gauge,
            "Periods of facts, by state.",
            figures.periods.map {
                .init(["table": $0.subject, "state": $0.state.rawValue], $0.value)
            }
        )
        metrics.add(
            "longshore_rejects_open",
            .gauge,
            "Rejects that nobody has settled.",
            figures.openRejects.map { .init(["table": $0.subject], $0.value) }
        )
        metrics.add(
            "longshore_last_loaded_timestamp_seconds",
            .gauge,
            "When the last load ended well, in seconds since 1970.",
            figures.lastLoaded.map { .init(["pipeline": $0.subject], $0.value) }
        )
        metrics.add(
            "longshore_overdue_firings",
            .gauge,
            "Firings of schedules that are not loaded although their deadline has passed.",
            figures.overdueFirings.map { .init(["pipeline": $0.subject], $0.value) }
        )
        metrics.add(
            "longshore_next_firing_timestamp_seconds",
            .gauge,
            "When a schedule is fired next, in seconds since 1970.",
            figures.nextFirings.map { .init(["pipeline": $0.subject], $0.value) }
        )
        add(figures.places)
    }

    private mutating func add(_ places: CoordinatorPlaces) {
        metrics.add(
            "longshore_coordinator_places",
            .gauge,
            "Places of living coordinators, by whether a load has them.",
            places.coordinators.flatMap { coordinator in
                [("taken", coordinator.taken), ("free", coordinator.places - coordinator.taken)]
                    .map {
                        .init(["coordinator": coordinator.name, "state": $0.0], Double($0.1))
                    }
            }
        )
        metrics.add(
            "longshore_running_loads",
            .gauge,
            "Loads that are not over: held by a coordinator, waiting for a place, or resting.",
            [("held", places.held), ("waiting", places.waiting), ("resting", places.resting)]
                .map { .init(["state": $0.0], Double($0.1)) }
        )
    }

    /// Adds what the broker tells, by the queues' names.
    public mutating func add(_ queues: [FleetStatus.Queue]) {
        metrics.add(
            "longshore_queue_messages",
            .gauge,
            "Messages that are ready to be delivered.",
            queues.map { .init(["queue": $0.name], Double($0.ready)) }
        )
        metrics.add(
            "longshore_queue_consumers",
            .gauge,
            "Who may take them.",
            queues.map { .init(["queue": $0.name], Double($0.consumers)) }
        )
    }

    /// Adds what Redis tells.
    public mutating func add(_ workers: [WorkerPresence]) {
        metrics.add(
            "longshore_worker_slots",
            .gauge,
            "Slots of living workers, by what they do.",
            workers.flatMap { worker in
                Self.slots(of: worker)
                    .map { .init(["worker": worker.name, "state": $0], $1) }
            }
        )
        let known = workers.compactMap { worker in worker.metrics.map { (worker.name, $0) } }
        metrics.add(
            "longshore_worker_tasks_total",
            .counter,
            "Deliveries that a worker has settled, by result.",
            known.flatMap { name, metrics in
                WorkerMetrics.Result.allCases.compactMap { result in
                    metrics.results[result]
                        .map { .init(["worker": name, "result": result.rawValue], Double($0)) }
                }
            }
        )
        let counters: [(String, String, (WorkerMetrics) -> Int)] = [
            ("rows_read", "Rows that committed tasks have read.", \.rowsRead),
            ("crashes_recorded", "Deaths of other workers that it found.", \.crashesRecorded),
            ("stalls", "Times it got nothing although messages waited, and reconnected.", \.stalls),
            ("publisher_losses", "Connections for publishing that it lost.", \.publisherLosses),
            ("redis_failures", "Calls that Redis has failed.", \.redisFailures),
        ]
        for (name, help, value) in counters {
            metrics.add(
                "longshore_worker_\(name)_total",
                .counter,
                help,
                known.map { .init(["worker": $0], Double(value($1))) }
            )
        }
    }

    /// As numbers of the text: a presence is what anybody with access to Redis has written.
    private static func slots(of worker: WorkerPresence) -> [(state: String, count: Double)] {
        let busy = Double(worker.metrics?.busySlots ?? worker.running.count)
        let states = [("busy", busy), ("idle", Double(worker.slots) - busy)]
        guard let metrics = worker.metrics else { return states }
        return states + [
            ("stuck", Double(metrics.stuckSlots)), ("abandoned", Double(metrics.abandonedSlots)),
            ("disconnected", Double(metrics.disconnectedSlots)),
        ]
    }
}
