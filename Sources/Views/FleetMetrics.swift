import Console
import Glibc
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

    /// Adds when the servers were asked: what is told may be older than the telling.
    public mutating func addTime() {
        metrics.add(
            "longshore_fleet_report_timestamp_seconds",
            .gauge,
            "When the fleet's servers were asked, in seconds since 1970.",
            [.init([:], Double(time(nil)))]
        )
    }

    /// Adds what the ledger tells.
    public mutating func add(_ figures: LedgerFigures) {
        addStates(figures)
        addTimes(figures)
        add(figures.waiting)
        metrics.add(
            "longshore_table_age_seconds",
            .gauge,
            "How long ago a table was loaded last.",
            figures.ages.map {
                .init(["pipeline": $0.pipeline, "table": $0.table], $0.seconds)
            }
        )
        metrics.add(
            "longshore_effects_pending",
            .gauge,
            "Rows of exports that are still to be delivered.",
            figures.pendingEffects.map { .init(["export": $0.subject], $0.value) }
        )
        metrics.add(
            "longshore_effects_dead",
            .gauge,
            "Rows of exports that are not delivered any more: the target has refused them.",
            figures.deadEffects.map { .init(["export": $0.subject], $0.value) }
        )
        add(figures.places)
    }

    private mutating func addStates(_ figures: LedgerFigures) {
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
    }

    private mutating func addTimes(_ figures: LedgerFigures) {
        metrics.add(
            "longshore_last_loaded_timestamp_seconds",
            .gauge,
            "When the last load ended well, in seconds since 1970.",
            figures.lastLoaded.map { .init(["pipeline": $0.subject], $0.value) }
        )
        metrics.add(
            "longshore_newest_load_failed",
            .gauge,
            "Whether the newest load that has ended by itself has failed.",
            figures.newestFailed.map { .init(["pipeline": $0.subject], $0.value) }
        )
        metrics.add(
            "longshore_tables_never_loaded",
            .gauge,
            "Tables that no load has ever loaded.",
            figures.neverLoaded.map { .init(["pipeline": $0.subject], $0.value) }
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
    }

    private mutating func add(_ pools: [LedgerFigures.PoolStanding]) {
        metrics.add(
            "longshore_pool_tasks",
            .gauge,
            "Published tasks that are due, by whether a worker has begun them.",
            pools.flatMap { pool in
                [("waiting", pool.waiting), ("running", pool.running)]
                    .map { .init(["pool": pool.pool, "state": $0.0], $0.1) }
            }
        )
        metrics.add(
            "longshore_oldest_waiting_task_seconds",
            .gauge,
            "For how long the oldest task of a pool that could run waits for a worker.",
            pools.map { .init(["pool": $0.pool], $0.oldest) }
        )
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
        addCounters(
            of: workers.compactMap { worker in
                worker.metrics.map { MeasuredWorker(labels: ["worker": worker.name], metrics: $0) }
            }
        )
    }

    /// Adds what a worker tells of itself; whose it is says who asks.
    public mutating func add(ofThisWorker worker: WorkerMetrics, _ measures: TaskMeasures) {
        let states =
            Self.slots(busy: worker.busySlots, of: worker.slots) + Self.troubles(of: worker)
        metrics.add(
            "longshore_worker_slots",
            .gauge,
            "Slots of living workers, by what they do.",
            states.map { .init(["state": $0.state], $0.count) }
        )
        addCounters(of: [MeasuredWorker(labels: [:], metrics: worker)])
        add(measures)
    }

    /// What a worker counts, and how it is called.
    private struct MeasuredWorker {
        let labels: KeyValuePairs<String, String>
        let metrics: WorkerMetrics
    }

    private mutating func addCounters(of workers: [MeasuredWorker]) {
        metrics.add(
            "longshore_worker_tasks_total",
            .counter,
            "Deliveries that a worker has settled, by result.",
            workers.flatMap { worker in
                // Also those that there were none of: what begins above zero has not grown for a collector.
                WorkerMetrics.Result.allCases.map { result in
                    .init(
                        worker.labels,
                        and: ["result": result.rawValue],
                        Double(worker.metrics.results[result] ?? 0)
                    )
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
                workers.map { .init($0.labels, Double(value($0.metrics))) }
            )
        }
    }

    private mutating func add(_ measures: TaskMeasures) {
        metrics.add(
            "longshore_task_duration_seconds",
            "How long attempts took, by how they ended.",
            measures.durations.sorted { $0.key < $1.key }
                .map { ending, histogram in
                    histogram.distribution([
                        "pipeline": ending.subject.pipeline, "table": ending.subject.table,
                        "result": ending.result.rawValue,
                    ])
                }
        )
        metrics.add(
            "longshore_task_phase_seconds",
            "How long the parts of attempts took.",
            TaskMeasures.Phase.allCases.map { phase in
                (measures.phases[phase] ?? Histogram()).distribution(["phase": phase.rawValue])
            }
        )
        metrics.add(
            "longshore_rows_total",
            .counter,
            "Rows of attempts that committed, by what became of them.",
            measures.rows.sorted { $0.key < $1.key }.flatMap { Self.samples($0.key, $0.value) }
        )
        metrics.add(
            "longshore_bytes_read_total",
            .counter,
            "Bytes of files and objects that were read.",
            [.init([:], Double(measures.bytesRead))]
        )
    }

    private static func samples(
        _ subject: TaskMeasures.Subject,
        _ counts: RowCounts
    ) -> [MetricsText.Sample] {
        [
            ("loaded", counts.loaded), ("rejected", counts.rejected),
            ("deduplicated", counts.deduplicated),
        ]
        .map { result, count in
            MetricsText.Sample(
                ["pipeline": subject.pipeline, "table": subject.table, "result": result],
                Double(count)
            )
        }
    }

    /// Adds whether this process can work.
    public mutating func add(isReady: Bool) {
        metrics.add(
            "longshore_ready",
            .gauge,
            "Whether the process can work, as /readyz says.",
            [.init([:], isReady ? 1 : 0)]
        )
    }

    /// Adds what any process of the fleet tells of itself.
    public mutating func add(_ process: ProcessFigures, version: String, role: String) {
        metrics.add(
            "longshore_build_info",
            .gauge,
            "The program: always 1.",
            [.init(["version": version, "role": role], 1)]
        )
        for (name, kind, help, value) in process.figures {
            metrics.add(name, kind, help, [.init([:], value)])
        }
    }

    /// As numbers of the text: a presence is what anybody with access to Redis has written.
    private static func slots(of worker: WorkerPresence) -> [(state: String, count: Double)] {
        slots(busy: worker.metrics?.busySlots ?? worker.running.count, of: worker.slots)
            + (worker.metrics.map(troubles) ?? [])
    }

    private static func slots(busy: Int, of slots: Int) -> [(state: String, count: Double)] {
        [("busy", Double(busy)), ("idle", Double(slots) - Double(busy))]
    }

    private static func troubles(of metrics: WorkerMetrics) -> [(state: String, count: Double)] {
        [
            ("stuck", Double(metrics.stuckSlots)), ("abandoned", Double(metrics.abandonedSlots)),
            ("disconnected", Double(metrics.disconnectedSlots)),
        ]
    }
}

extension Histogram {
    fileprivate func distribution(
        _ labels: KeyValuePairs<String, String>
    ) -> MetricsText.Distribution {
        MetricsText.Distribution(labels, bounds: bounds, counts: counts, sum: sum)
    }
}
