import Ledger
import Loading
import Pipelines
import Planning
import Postgres
import Synchronization
import TestSupport
import Testing
import WarehouseTestSupport

@Suite("An attempt at a load task", .serialized)
struct AttemptTests {
    @Test("what is done is done once")
    func twice() async throws {
        let dock = try await Dock(Shop.files)
        let load = try await dock.load(Shop.definition())
        #expect(load.counts("sale 2024-01") == RowCounts(read: 3, loaded: 3))
        let before = try await dock.rows("select *, xmin from shop.fact_sale")
        #expect(await dock.perform(load.task("sale 2024-01")) == .alreadyDone)
        #expect(await dock.perform(load.task("customer")) == .alreadyDone)
        #expect(try await dock.rows("select *, xmin from shop.fact_sale") == before)
    }

    @Test("the ledger, the control table and the data are written together")
    func together() async throws {
        let dock = try await Dock(Shop.files)
        let load = try await dock.load(Shop.definition())
        #expect(
            try await dock.row(
                """
                select state, worker, rows_read, rows_loaded, rows_rejected, rows_deduplicated,
                    rows_replaced, started_at < committed_at as timed,
                    input ~ 'sales_2024-01.csv \\([0-9]+ bytes, sha256 [0-9a-f]{64}\\)$' as input
                from longshore.task where kind = 'fact'
                """
            ) == "done|test|3|3|0|0|0|t|t"
        )
        #expect(
            try await dock.row(
                """
                select state, loaded_by, rows_loaded, rows_rejected, revision from longshore.control
                where kind = 'fact'
                """
            ) == "loaded|\(load.id)|3|0|1"
        )
    }

    @Test("a task that another attempt holds is busy, and nothing of it is touched")
    func busy() async throws {
        let dock = try await Dock(Shop.files)
        let load = try await dock.create(Shop.definition())
        try await dock.connection.transaction {
            try await dock.connection.query(
                "select from longshore.task where ordinal = 0 for update"
            )
            #expect(await dock.perform(load.task("customer")) == .busy)
        }
        #expect(await dock.perform(load.task("customer")) == .loaded(RowCounts(read: 2, loaded: 2)))
    }

    @Test("a message that comes before what its task needs is done comes back later")
    func early() async throws {
        let dock = try await Dock(Shop.files)
        let load = try await dock.create(Shop.definition())
        #expect(await dock.perform(load.task("sale 2024-01")) == .busy)
        #expect(try await dock.ledger.coordination.states(ofLoad: load.id) == [.waiting, .waiting])
        #expect(await dock.perform(load.task("customer")) == .loaded(RowCounts(read: 2, loaded: 2)))
        #expect(
            await dock.perform(load.task("sale 2024-01")) == .loaded(RowCounts(read: 3, loaded: 3))
        )
    }

    @Test(
        "a newer load claims a period while an older one writes it, and is busy until that is done"
    )
    func busyPeriod() async throws {
        let dock = try await Dock(Shop.files)
        let definition = try Shop.definition()
        let older = try await dock.load(definition)
        let next = try await dock.create(definition)
        #expect(await dock.perform(next.task("customer")).failure == nil)
        let newest = Mutex<(load: DockedLoad, outcome: TaskOutcome)?>(nil)
        let outcome = await dock.perform(
            next.task("sale 2024-01"),
            observer: At(.copied) {
                let load = try await dock.create(definition)
                let other = WarehouseLoader(dock.configuration)
                #expect(await dock.perform(load.task("customer"), by: other).failure == nil)
                let outcome = await dock.perform(load.task("sale 2024-01"), by: other)
                await other.close()
                newest.withLock { $0 = (load, outcome) }
            }
        )
        #expect(outcome == .loaded(RowCounts(read: 3, loaded: 3)))
        let (load, first) = try #require(newest.withLock { $0 })
        #expect(first == .busy)
        #expect(await dock.perform(load.task("sale 2024-01")) == outcome)
        #expect(await dock.perform(older.task("sale 2024-01")) == .alreadyDone)
        #expect(
            try await dock.rows("select distinct load_id from shop.fact_sale") == ["\(load.id)"]
        )
    }

    @Test("a period that a newer load has claimed is left to it, done or not")
    func supersededFact() async throws {
        let dock = try await Dock(Shop.files)
        let older = try await dock.create(Shop.definition())
        #expect(
            await dock.perform(older.task("customer")) == .loaded(RowCounts(read: 2, loaded: 2))
        )
        let newer = try await dock.create(Shop.definition())
        #expect(await dock.perform(older.task("sale 2024-01")) == .superseded)
        #expect(await dock.perform(older.task("sale 2024-01")) == .superseded)
        #expect(
            try await dock.ledger.coordination.states(ofLoad: older.id) == [.done, .superseded]
        )
        #expect(try await dock.row("select count(*) from shop.fact_sale") == "0")
        #expect(await dock.perform(newer.task("customer")).failure == nil)
        #expect(
            await dock.perform(newer.task("sale 2024-01")) == .loaded(RowCounts(read: 3, loaded: 3))
        )
    }

    @Test("a dimension is superseded only when a newer load has done it")
    func supersededDimension() async throws {
        let dock = try await Dock(Shop.files)
        let first = try await dock.create(Shop.definition())
        let second = try await dock.create(Shop.definition())
        let third = try await dock.create(Shop.definition())
        #expect(await dock.perform(first.task("customer")).failure == nil)
        #expect(try await dock.ledger.coordination.states(ofLoad: first.id) == [.done, .waiting])
        try dock.write("customers.csv", Shop.customers + "c3,Cy\n")
        #expect(await dock.perform(third.task("customer")).failure == nil)
        #expect(await dock.perform(second.task("customer")) == .superseded)
    }

    @Test("a task of a cancelled load does nothing")
    func cancelled() async throws {
        let dock = try await Dock(Shop.files)
        let load = try await dock.create(Shop.definition())
        try await dock.connection.query("update longshore.load set state = 'cancelled'")
        #expect(await dock.perform(load.task("customer")) == .cancelled)
        #expect(try await dock.row("select count(*) from shop.dim_customer") == "1")
    }

    @Test("a task that has failed for good says why again")
    func failed() async throws {
        let dock = try await Dock(Shop.files)
        let load = try await dock.create(Shop.definition())
        let failure = TaskFailure(code: "x.y", message: "it broke", isRetryable: false)
        let task = load.task("customer")
        #expect(try await record(failure, task, dock) == .final)
        #expect(await dock.perform(task) == .failed(failure))
    }

    @Test("a task that the ledger does not know fails in words")
    func unknown() async throws {
        let dock = try await Dock(Shop.files)
        let load = try await dock.create(Shop.definition())
        let outcome = await dock.perform(LoadTaskID(load: load.id, ordinal: 7))
        #expect(outcome.failure?.code == "warehouse.unknown_task")
        #expect(
            outcome.failure?.message
                == "the ledger has no load task `\(load.id).7`: the message is not of this fleet"
        )
    }

    @Test("a slot goes on after its connection was lost")
    func lostConnection() async throws {
        let dock = try await Dock(Shop.files)
        let load = try await dock.create(Shop.definition())
        let outcome = await dock.perform(
            load.task("customer"),
            observer: At(.opened) {
                try await dock.connection.query(
                    """
                    select pg_terminate_backend(pid) from pg_stat_activity
                    where datname = current_database() and pid <> pg_backend_pid()
                        and query not like '%pg_terminate_backend%' and state like 'idle in%'
                    """
                )
            }
        )
        guard case .retryable = outcome else {
            Issue.record("expected a retryable failure, got \(outcome)")
            return
        }
        #expect(await dock.perform(load.task("customer")) == .loaded(RowCounts(read: 2, loaded: 2)))
    }

    private func record(
        _ failure: TaskFailure,
        _ task: LoadTaskID,
        _ dock: Dock
    ) async throws -> FailureVerdict {
        try await dock.loader.record(failure, of: task, by: "test", policy: RetryPolicy())
    }
}

@Suite("Failures in the ledger", .serialized)
struct FailureTests {
    private let failure = TaskFailure(code: "source.gone", message: "gone", isRetryable: true)

    @Test("a failed attempt is tried again, later each time, until its budget is spent")
    func budget() async throws {
        let dock = try await Dock(Shop.files)
        let task = try await dock.create(Shop.definition()).task("customer")
        let policy = RetryPolicy(maximumAttempts: 3, maximumCrashes: 5)
        var verdicts: [FailureVerdict] = []
        for _ in 0..<4 {
            verdicts.append(
                try await dock.loader.record(failure, of: task, by: "w", policy: policy)
            )
        }
        #expect(verdicts == [.retry(.second), .retry(.fiveSeconds), .final, .settled])
        #expect(
            try await dock.row(
                "select state, failures, crashes, worker, failure_code, failure_message "
                    + "from longshore.task where ordinal = 0"
            ) == "failed|3|0|w|source.gone|gone"
        )
        #expect(
            try await dock.rows(
                "select number, kind, code, worker from longshore.attempt order by number"
            ) == ["1|error|source.gone|w", "2|error|source.gone|w", "3|error|source.gone|w"]
        )
    }

    @Test("a retry is due when its tier's delay is over")
    func retryAt() async throws {
        let dock = try await Dock(Shop.files)
        let task = try await dock.create(Shop.definition()).task("customer")
        for _ in 0..<3 {
            _ = try await dock.loader.record(failure, of: task, by: "w", policy: RetryPolicy())
        }
        #expect(
            try await dock.row(
                """
                select retry_at between now() + interval '25 seconds' and now() + interval '30 seconds'
                    as due
                from longshore.task where ordinal = 0
                """
            ) == "t"
        )
    }

    @Test("a death counts also when the server notices it a moment after the worker's successor")
    func lateNotice() async throws {
        let dock = try await Dock(Shop.files)
        let task = try await dock.create(Shop.definition()).task("customer")
        let dead = try await PostgresConnection.connect(dock.configuration)
        try await dead.query("update longshore.task set begun_at = now() - interval '2 seconds'")
        try await dead.query("begin")
        try await dead.query("select from longshore.task where ordinal = 0 for update")
        async let verdict = dock.loader.recordCrash(of: task, by: "w", policy: RetryPolicy())
        await eventually("the successor waits for the row") {
            try await dock.row("select count(*) > 0 from pg_locks where not granted") == "t"
        }
        await dead.close()
        #expect(try await verdict == .retry(.second))
        #expect(try await dock.row("select crashes from longshore.task where ordinal = 0") == "1")
    }

    @Test("crashes have a budget of their own")
    func crashes() async throws {
        let dock = try await Dock(Shop.files)
        let task = try await dock.create(Shop.definition()).task("customer")
        let policy = RetryPolicy(maximumAttempts: 1, maximumCrashes: 3)
        var verdicts: [FailureVerdict?] = []
        for _ in 0..<3 {
            try await dock.connection.query(
                "update longshore.task set begun_at = now() - interval '2 seconds'"
            )
            verdicts.append(try await dock.loader.recordCrash(of: task, by: "w", policy: policy))
        }
        #expect(verdicts == [.retry(.second), .retry(.second), .final])
        #expect(
            try await dock.row(
                "select state, failures, crashes, failure_code from longshore.task where ordinal = 0"
            ) == "failed|0|3|worker.died"
        )
    }

    @Test("what no retry can help fails at once")
    func notRetryable() async throws {
        let dock = try await Dock(Shop.files)
        let task = try await dock.create(Shop.definition()).task("customer")
        let failure = TaskFailure(code: "definition.bad", message: "bad", isRetryable: false)
        #expect(
            try await dock.loader.record(failure, of: task, by: "w", policy: RetryPolicy())
                == .final
        )
    }

    @Test("nothing is recorded while an attempt holds the task: its worker lives")
    func held() async throws {
        let dock = try await Dock(Shop.files)
        let task = try await dock.create(Shop.definition()).task("customer")
        try await dock.connection.query(
            "update longshore.task set begun_at = now() - interval '2 seconds' where ordinal = 0"
        )
        try await dock.connection.transaction {
            try await dock.connection.query(
                "select from longshore.task where ordinal = 0 for update"
            )
            #expect(
                try await dock.loader.recordCrash(of: task, by: "w", policy: RetryPolicy()) == nil
            )
        }
        #expect(try await dock.row("select count(*) from longshore.attempt") == "0")
        #expect(await dock.perform(task).failure == nil)
        #expect(
            try await dock.loader.recordCrash(of: task, by: "w", policy: RetryPolicy()) == nil
        )
    }

    @Test("a failed attempt leaves nothing, and a later one that succeeds clears its reason")
    func cleared() async throws {
        let dock = try await Dock(["customers.csv": "customer_id\nc1\n"])
        let load = try await dock.create(Shop.definition())
        let task = load.task("customer")
        let failure = try #require(await dock.perform(task).failure)
        #expect(failure.message.contains("`name`"))
        #expect(try await dock.row("select count(*) from shop.dim_customer") == "1")
        _ = try await dock.loader.record(self.failure, of: task, by: "w", policy: RetryPolicy())
        try dock.write("customers.csv", Shop.customers)
        try await dock.connection.query("update longshore.task set retry_at = clock_timestamp()")
        #expect(await dock.perform(task) == .loaded(RowCounts(read: 2, loaded: 2)))
        #expect(
            try await dock.row(
                "select state, failures, failure_code from longshore.task where ordinal = 0"
            ) == "done|1|∅"
        )
    }
}
