import Planning
import Testing
import Views

@testable import Ledger

@Suite("The metrics of a fleet")
struct FleetMetricsTests {
    @Test("what servers do not tell is left out, and why is told by two numbers")
    func silent() {
        var metrics = FleetMetrics()
        metrics.add(servers: [
            ("postgres", isUp: true, isAllowed: true), ("rabbitmq", isUp: true, isAllowed: false),
            ("redis", isUp: false, isAllowed: nil),
        ])
        #expect(
            metrics.text == """
                # HELP longshore_up Whether the server answers.
                # TYPE longshore_up gauge
                longshore_up{server="postgres"} 1
                longshore_up{server="rabbitmq"} 1
                longshore_up{server="redis"} 0
                # HELP longshore_access Whether a server that answers lets this login see what is measured.
                # TYPE longshore_access gauge
                longshore_access{server="postgres"} 1
                longshore_access{server="rabbitmq"} 0

                """
        )
    }

    @Test("the ledger's figures carry what they are of")
    func figures() {
        var metrics = FleetMetrics()
        metrics.add(
            LedgerFigures(
                loads: [.init(subject: "shop", state: .running, value: 1)],
                tasks: [.init(subject: "shop", state: .waiting, value: 3)],
                periods: [.init(subject: "shop.fact_sale", state: .stale, value: 2)],
                openRejects: [.init(subject: "shop.fact_sale", value: 15)],
                lastLoaded: [.init(subject: "shop", value: 1_706_752_800)],
                places: CoordinatorPlaces(
                    coordinators: [CoordinatorPresence(name: "quay-0", places: 8, taken: 1)],
                    held: 1,
                    waiting: 0,
                    resting: 2
                ),
                pools: ["default"],
                overdueFirings: [.init(subject: "shop", value: 1)],
                nextFirings: [.init(subject: "shop", value: 1_706_756_400)],
                pendingEffects: [.init(subject: "shop.hook", value: 4)],
                deadEffects: [.init(subject: "shop.hook", value: 2)],
                newestFailed: [.init(subject: "shop", value: 1)],
                neverLoaded: [.init(subject: "shop", value: 3)]
            )
        )
        let samples = metrics.text.split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(
            samples == [
                #"longshore_loads{pipeline="shop",state="running"} 1"#,
                #"longshore_tasks{pipeline="shop",state="waiting"} 3"#,
                #"longshore_periods{table="shop.fact_sale",state="stale"} 2"#,
                #"longshore_rejects_open{table="shop.fact_sale"} 15"#,
                #"longshore_last_loaded_timestamp_seconds{pipeline="shop"} 1706752800"#,
                #"longshore_newest_load_failed{pipeline="shop"} 1"#,
                #"longshore_tables_never_loaded{pipeline="shop"} 3"#,
                #"longshore_overdue_firings{pipeline="shop"} 1"#,
                #"longshore_next_firing_timestamp_seconds{pipeline="shop"} 1706756400"#,
                #"longshore_effects_pending{export="shop.hook"} 4"#,
                #"longshore_effects_dead{export="shop.hook"} 2"#,
                #"longshore_coordinator_places{coordinator="quay-0",state="taken"} 1"#,
                #"longshore_coordinator_places{coordinator="quay-0",state="free"} 7"#,
                #"longshore_running_loads{state="held"} 1"#,
                #"longshore_running_loads{state="waiting"} 0"#,
                #"longshore_running_loads{state="resting"} 2"#,
            ]
        )
    }

    @Test(
        "queues and workers are told by name; a worker that tells nothing of itself has its slots"
    )
    func members() {
        var metrics = FleetMetrics()
        metrics.add([FleetStatus.Queue(name: "longshore.tasks.default", ready: 2, consumers: 1)])
        var numbers = WorkerMetrics(slots: 2)
        (numbers.busySlots, numbers.rowsRead, numbers.results) = (1, 1_200, [.loaded: 3])
        metrics.add([
            WorkerPresence(name: "quay-1", slots: 2, running: [], metrics: numbers),
            WorkerPresence(name: "quay-2", slots: 1, running: [LoadTaskID(load: 7, ordinal: 1)]),
        ])
        let samples = metrics.text.split(separator: "\n")
            .filter { !$0.hasPrefix("#") && !$0.hasPrefix("longshore_worker_tasks") }
        #expect(
            samples == [
                #"longshore_queue_messages{queue="longshore.tasks.default"} 2"#,
                #"longshore_queue_consumers{queue="longshore.tasks.default"} 1"#,
                #"longshore_worker_slots{worker="quay-1",state="busy"} 1"#,
                #"longshore_worker_slots{worker="quay-1",state="idle"} 1"#,
                #"longshore_worker_slots{worker="quay-1",state="stuck"} 0"#,
                #"longshore_worker_slots{worker="quay-1",state="abandoned"} 0"#,
                #"longshore_worker_slots{worker="quay-1",state="disconnected"} 0"#,
                #"longshore_worker_slots{worker="quay-2",state="busy"} 1"#,
                #"longshore_worker_slots{worker="quay-2",state="idle"} 0"#,
                #"longshore_worker_rows_read_total{worker="quay-1"} 1200"#,
                #"longshore_worker_crashes_recorded_total{worker="quay-1"} 0"#,
                #"longshore_worker_stalls_total{worker="quay-1"} 0"#,
                #"longshore_worker_publisher_losses_total{worker="quay-1"} 0"#,
                #"longshore_worker_redis_failures_total{worker="quay-1"} 0"#,
            ]
        )
    }

    @Test("what grows begins at zero: a collector sees no growth in a series that begins above it")
    func beginnings() {
        var measures = TaskMeasures()
        measures.begin(TaskMeasures.Subject(pipeline: "shop", table: "shop.fact_sale"))
        var metrics = FleetMetrics()
        metrics.add(ofThisWorker: WorkerMetrics(slots: 1), measures)
        let samples = metrics.text.split(separator: "\n").filter { !$0.hasPrefix("#") }
        let growing = samples.filter { $0.contains("_total") || $0.contains("_count") }
        #expect(growing.allSatisfy { $0.hasSuffix(" 0") }, "\(growing)")
        func count(_ name: String) -> Int { growing.count { $0.hasPrefix(name) } }
        #expect(count("longshore_worker_tasks_total") == WorkerMetrics.Result.allCases.count)
        #expect(count("longshore_task_phase_seconds_count") == TaskMeasures.Phase.allCases.count)
        let ends = TaskMeasures.Result.allCases.count
        #expect(count("longshore_task_duration_seconds_count") == ends)
        #expect(count("longshore_rows_total") == 3)
    }
}
