import Foundation
import Ledger
import Loading
import Planning
import Postgres
import Synchronization
import TestSupport
import Testing
import WarehouseTestSupport

/// Pauses, cancellations and retries in the real ledger.
@Suite("Orders of people", .serialized)
struct ControlTests {
    private func dock() async throws -> (Dock, DockedLoad) {
        let dock = try await Dock(Shop.files)
        return (dock, try await dock.create(Shop.definition(), periods: "2024-01..2024-02"))
    }

    private func states(_ dock: Dock, _ load: DockedLoad) async throws -> [TaskState] {
        try await dock.ledger.coordination.states(ofLoad: load.id)
    }

    @Test(
        "a task that is paused, with its load or its pipeline, does not begin until it is resumed"
    )
    func pause() async throws {
        let (dock, load) = try await dock()
        let customer = load.task("customer")
        for target in [
            InterventionTarget.task(customer), .load(load.id), .pipeline("shop"),
        ] {
            let change = try await dock.ledger.orders.pause(
                target,
                interrupts: false,
                reason: "the source moves",
                by: "ana"
            )
            #expect(change.isNew)
            #expect(change.loads == [load.id])
            #expect(await dock.perform(customer) == .paused)
            #expect(try await dock.ledger.orders.resume(target).isNew)
        }
        guard case .loaded = await dock.perform(customer) else {
            Issue.record("the task is not loaded although nothing holds it up")
            return
        }
    }

    @Test("the same order twice is one order; a stronger one replaces it")
    func idempotent() async throws {
        let (dock, load) = try await dock()
        let pause = { (interrupts: Bool) in
            try await dock.ledger
                .orders
                .pause(
                    .load(load.id),
                    interrupts: interrupts,
                    reason: nil,
                    by: "ana"
                )
                .isNew
        }
        #expect(try await pause(false))
        #expect(try await !pause(false))
        #expect(
            try await dock.ledger.coordination.interventions(ofLoad: load.id).pause == .afterRunning
        )
        #expect(try await pause(true))
        #expect(try await !pause(false))
        #expect(try await dock.ledger.coordination.interventions(ofLoad: load.id).pause == .now)
        #expect(try await dock.row("select count(*) from longshore.intervention") == "1")
        #expect(try await dock.ledger.orders.resume(.load(load.id)).isNew)
        #expect(try await !dock.ledger.orders.resume(.load(load.id)).isNew)
        #expect(try await dock.ledger.orders.cancel(.load(load.id), reason: nil, by: "ana").isNew)
        #expect(try await !dock.ledger.orders.cancel(.load(load.id), reason: nil, by: "ana").isNew)
    }

    @Test("a load that stays paused with its pipeline says so when it is resumed")
    func wider() async throws {
        let (dock, load) = try await dock()
        for target in [InterventionTarget.pipeline("shop"), .load(load.id)] {
            _ = try await dock.ledger.orders.pause(
                target,
                interrupts: false,
                reason: nil,
                by: "ana"
            )
        }
        let change = try await dock.ledger.orders.resume(.load(load.id))
        #expect(change.note == "`shop` is still paused: longshore resume shop")
    }

    @Test("a cancelled load ends; its tasks are refused, and what is committed stays")
    func cancelLoad() async throws {
        let (dock, load) = try await dock()
        _ = await dock.perform(load.task("customer"))
        let change = try await dock.ledger.orders.cancel(.load(load.id), reason: "wrong", by: "ana")
        #expect(change.isNew)
        #expect(change.tasks == 2)
        #expect(change.running == 0)
        #expect(try await dock.ledger.coordination.state(ofLoad: load.id) == .cancelled)
        #expect(try await states(dock, load) == [.done, .cancelled, .cancelled])
        #expect(await dock.perform(load.task("sale 2024-01")) == .cancelled)
        #expect(await dock.perform(load.task("customer")) == .alreadyDone)
        #expect(try await dock.row("select count(*) from shop.dim_customer") == "3")
    }

    @Test("a task that is done while its load is being cancelled stays done")
    func cancelWhileDone() async throws {
        let (dock, load) = try await dock()
        let count = 20_000
        try await dock.connection.query(
            """
            insert into longshore.task (load_id, ordinal, kind, name, schema_name, table_name, period, pool)
            select \(load.id), n + 3, 'fact', 'sale', 'shop', 'fact_sale', n::text, 'default'
            from generate_series(0, \(count) - 1) n
            """
        )
        // From the last one on, so that the two meet.
        let worker = try await PostgresConnection.connect(dock.configuration)
        let isFresh = Flag()
        async let done = Self.finish(load.id, ordinals: (3..<count + 3).reversed(), on: worker) {
            isFresh.lower()
        }
        await eventually("the worker has begun") { !isFresh.isUp }
        let change = try await dock.ledger.orders.cancel(.load(load.id), reason: nil, by: "ana")
        let finished = try await done
        #expect(change.tasks > 0)
        #expect(finished > 0)
        let states = try await dock.rows(
            """
            select count(*) filter (where state = 'done') as done,
                count(*) filter (where worker = 'w' and state <> 'done') as lost
            from longshore.task where load_id = \(load.id)
            """
        )
        #expect(states == ["\(finished)|0"])
    }

    /// Finishes one task after the other, as attempts do, until one is cancelled; how many it was.
    private static func finish(
        _ load: Int64,
        ordinals: some Sequence<Int> & Sendable,
        on connection: PostgresConnection,
        eachTime: @Sendable () -> Void
    ) async throws -> Int {
        var finished = 0
        for ordinal in ordinals {
            let rows = try await connection.query(
                """
                update longshore.task set state = 'done', worker = 'w'
                where load_id = \(load) and ordinal = \(ordinal) and state in ('waiting', 'published')
                """
            )
            guard rows.affectedRows == 1 else { break }
            finished += 1
            eachTime()
        }
        return finished
    }

    @Test("an attempt that runs is told to stop by a row beside it, and afterwards it is cancelled")
    func cancelRunning() async throws {
        let (dock, load) = try await dock()
        _ = await dock.perform(load.task("customer"))
        let sale = load.task("sale 2024-01")
        let gate = Gate(at: .copying)
        let attempt = Task {
            await dock.perform(sale, by: WarehouseLoader(dock.configuration), observer: gate)
        }
        await gate.reached()

        let running = try await dock.ledger.tasks.facts(of: sale)
        #expect(running.sessions.map(\.worker) == ["test"])
        let change = try await dock.ledger.orders.cancel(.task(sale), reason: nil, by: "ana")
        #expect(change.running == 1)
        #expect(try await states(dock, load)[1] == .waiting)
        #expect(
            try await dock.ledger.coordination.interventions(ofLoad: load.id)
                .interrupts(sale.ordinal)
        )
        #expect(try await dock.ledger.orders.settleCancelled(.task(sale)) == 1)

        attempt.cancel()
        gate.open()
        let outcome = await attempt.value
        #expect(outcome.failure?.isRetryable == true)
        #expect(await dock.perform(sale) == .cancelled)
        #expect(try await states(dock, load)[1] == .cancelled)
        #expect(try await dock.row("select count(*) from shop.fact_sale") == "0")
        #expect(try await dock.row("select failures from longshore.task where ordinal = 1") == "0")
    }

    @Test("of an attempt that waits for a lock it is known whose")
    func locked() async throws {
        let (dock, load) = try await dock()
        _ = await dock.perform(load.task("customer"))
        let sale = load.task("sale 2024-01")
        let person = try await PostgresConnection.connect(dock.configuration)
        try await person.query("set application_name = 'psql'")
        let mine = try await person.query("select pg_backend_pid() as pid, current_user as name")
            .first
        try await person.query("begin")
        try await person.query("lock table shop.fact_sale in access exclusive mode")
        let attempt = Task { await dock.perform(sale, by: WarehouseLoader(dock.configuration)) }
        var blockers: [TaskFacts.Blocker] = []
        await eventually("the attempt waits") {
            blockers =
                (try? await dock.ledger.tasks.facts(of: sale))?.sessions.first?.blockedBy ?? []
            return !blockers.isEmpty
        }
        try await person.query("rollback")
        _ = await attempt.value
        await person.close()
        #expect(blockers.count == 1)
        #expect(try blockers.first?.pid == mine?.integer("pid"))
        #expect(try blockers.first?.user == mine?.text("name"))
        #expect(blockers.first?.program == "psql")
        #expect(blockers.first?.since != nil)
        #expect(blockers.first?.isAttempt == false)
    }

    @Test("what failed or was cancelled runs again with a new budget, and what it had blocked")
    func retry() async throws {
        let (dock, load) = try await dock()
        let failure = TaskFailure(code: "source.missing", message: "no file", isRetryable: false)
        _ = try await dock.loader.record(
            failure,
            of: load.task("customer"),
            by: "test",
            policy: RetryPolicy()
        )
        let lease = try #require(
            try await dock.ledger.coordination.acquireLease(
                on: load.id,
                owner: "c",
                for: .seconds(60)
            )
        )
        #expect(try await dock.ledger.coordination.finish(lease, state: .failed, blocked: [1, 2]))
        #expect(try await states(dock, load) == [.failed, .blocked, .blocked])

        let change = try await dock.ledger.orders.retry(.load(load.id), .failed)
        #expect(change.isNew)
        #expect(change.tasks == 1)
        #expect(change.unblocked == 2)
        #expect(try await states(dock, load) == [.waiting, .waiting, .waiting])
        #expect(try await dock.ledger.coordination.orphanedLoads() == [load.id])
        #expect(try await !dock.ledger.orders.retry(.load(load.id), .failed).isNew)
        #expect(
            try await dock.row("select failures, crashes from longshore.task where ordinal = 0")
                == "0|0"
        )
        // The coordinator that had it does not finish it as it was.
        #expect(try await !dock.ledger.coordination.finish(lease, state: .failed, blocked: []))
        for (ordinal, _) in load.tasks.enumerated() {
            guard
                case .loaded = await dock.perform(LoadTaskID(load: load.id, ordinal: ordinal))
            else {
                Issue.record("task \(ordinal) is not loaded")
                return
            }
        }
    }

    @Test("`failed` leaves what was cancelled as it is, and a task that is named runs again alone")
    func retryScope() async throws {
        let (dock, load) = try await dock()
        _ = try await dock.ledger.orders.cancel(.load(load.id), reason: nil, by: "ana")
        #expect(try await !dock.ledger.orders.retry(.load(load.id), .failed).isNew)
        let change = try await dock.ledger.orders.retry(.task(load.task("customer")), .failed)
        #expect(change.tasks == 1)
        #expect(try await states(dock, load) == [.waiting, .cancelled, .cancelled])
        #expect(try await dock.ledger.orders.retry(.load(load.id), .unfinished).tasks == 2)
        #expect(
            try await dock.ledger.coordination.interventions(ofLoad: load.id) == Interventions()
        )
    }

    @Test("what there is not is refused with what there is")
    func unknown() async throws {
        let (dock, load) = try await dock()
        func problem(_ target: InterventionTarget) async -> String? {
            await dock.problem {
                _ = try await dock.ledger.orders.pause(
                    target,
                    interrupts: false,
                    reason: nil,
                    by: "ana"
                )
            }
        }
        #expect(
            await problem(.pipeline("shp"))
                == "no load of a pipeline `shp` is in the ledger (did you mean `shop`?); "
                + "loaded so far: `shop`"
        )
        #expect(
            await problem(.load(99))
                == "the ledger has no load `99`: `longshore status` lists the loads"
        )
        #expect(
            await problem(.task(LoadTaskID(load: load.id, ordinal: 9)))
                == "load 1 has no load task `1.9`: its tasks are `1.0` to `1.2`, and "
                + "`longshore status 1` lists them"
        )
        _ = try await dock.ledger.orders.cancel(.load(load.id), reason: nil, by: "ana")
        #expect(
            await problem(.load(load.id))
                == "load 1 has ended as cancelled: there is nothing to pause. "
                + "`longshore retry 1` tries again what failed or was cancelled"
        )
    }

    @Test("a worker's reader of orders sees what the ledger has, and changes nothing")
    func reader() async throws {
        let (dock, load) = try await dock()
        let reader = InterventionReader(dock.configuration)
        #expect(try await reader.interventions(ofLoads: [load.id]).isEmpty)
        _ = try await dock.ledger.orders.pause(
            .pipeline("shop"),
            interrupts: true,
            reason: nil,
            by: "ana"
        )
        _ = try await dock.ledger.orders.cancel(
            .task(load.task("customer")),
            reason: nil,
            by: "ana"
        )
        let orders = try await reader.interventions(ofLoads: [load.id, 99])
        #expect(
            orders == [
                load.id: Interventions(
                    cancelled: [0],
                    pause: .now,
                    pausedBy: Interventions.PausedBy(target: "shop", person: "ana")
                )
            ]
        )
        await reader.close()
    }
}

/// Holds an attempt at a step until it is opened.
private final class Gate: StepObserver {
    private let step: Step
    private let hasReached = AsyncStream<Void>.makeStream()
    private let isOpen = Mutex(false)

    init(at step: Step) {
        self.step = step
    }

    func reached(_ step: Step) {
        guard step == self.step else { return }
        hasReached.continuation.yield()
        // On the slot's own thread, which has nothing else to do.
        while !isOpen.withLock({ $0 }) { usleep(1000) }
    }

    func reached() async {
        var steps = hasReached.stream.makeAsyncIterator()
        _ = await steps.next()
    }

    func open() { isOpen.withLock { $0 = true } }
}
