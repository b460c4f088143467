import Extraction
import Ledger
import Loading
import Planning
import Postgres
import TestSupport
import Testing
import WarehouseTestSupport

@Suite("When a task is tried again", .serialized)
struct RetryTimeTests {
    private let failure = TaskFailure(code: "source.gone", message: "gone", isRetryable: true)

    @Test(
        "an attempt before its time goes back for the time that is left; a second message is of no use"
    )
    func early() async throws {
        let dock = try await Dock(Shop.files)
        let load = try await dock.create(Shop.definition())
        let task = load.task("customer")
        for _ in 0..<3 { try await record(failure, task, dock) }
        guard case .early(let left) = await dock.perform(task) else {
            Issue.record("expected that the attempt is put off")
            return
        }
        #expect(left > .seconds(20) && left <= .seconds(30))
        guard case .redundant = await dock.perform(task) else {
            Issue.record("expected that a second message is of no use")
            return
        }
        #expect(
            try await dock.row("select state, failures from longshore.task where ordinal = 0")
                == "waiting|3"
        )

        // The message that waited comes back: a moment too early it may wait once more.
        try await dock.connection.query(
            "update longshore.task set parked_until = clock_timestamp()"
        )
        guard case .early = await dock.perform(task) else {
            Issue.record("expected that the message goes back again")
            return
        }
        try await dock.connection.query("update longshore.task set retry_at = clock_timestamp()")
        #expect(await dock.perform(task) == .loaded(RowCounts(read: 2, loaded: 2)))
    }

    @Test("a person who retries or resumes does not wait", arguments: [true, false])
    func hastened(byRetry: Bool) async throws {
        let dock = try await Dock(Shop.files)
        let load = try await dock.create(Shop.definition())
        let lease = try #require(
            try await dock.ledger.coordination.acquireLease(
                on: load.id,
                owner: "me",
                for: .seconds(60)
            )
        )
        #expect(try await dock.ledger.coordination.markPublished([0], lease: lease))
        let task = load.task("customer")
        for _ in 0..<4 { try await record(failure, task, dock) }
        #expect(
            try await dock.ledger.coordination.idle([0], ofLoad: load.id, since: .seconds(30))
                .isEmpty
        )
        if byRetry {
            let change = try await dock.ledger.orders.retry(.load(load.id), .failed)
            #expect(change.isNew && change.hastened == 1 && change.tasks == 0)
        } else {
            _ = try await dock.ledger.orders.pause(
                .load(load.id),
                interrupts: false,
                reason: nil,
                by: "ana"
            )
            #expect(await dock.perform(task) == .paused)
            #expect(try await dock.ledger.orders.resume(.load(load.id)).isNew)
        }
        #expect(
            try await dock.ledger.coordination.idle([0], ofLoad: load.id, since: .seconds(30)) == [
                0
            ]
        )
        #expect(await dock.perform(task) == .loaded(RowCounts(read: 2, loaded: 2)))
    }

    @Test("an attempt whose session is ended counts as nobody's failure")
    func terminated() async throws {
        let dock = try await Dock(Shop.files)
        let load = try await dock.create(Shop.definition())
        let task = load.task("customer")
        for count in 1...7 {
            let outcome = await dock.perform(
                task,
                observer: At(.opened) {
                    try await dock.connection.query(
                        """
                        select pg_terminate_backend(pid) from pg_stat_activity
                        where application_name like 'longshore %' and datname = current_database()
                        """
                    )
                }
            )
            let failure = try #require(outcome.failure)
            #expect(failure.origin == .servers)
            let verdict = try await record(failure, task, dock)
            #expect(
                verdict == .retry(count == 1 ? .second : count <= 3 ? .fiveSeconds : .halfMinute)
            )
            try await dock.connection.query("update longshore.task set retry_at = null")
        }
        #expect(
            try await dock.row(
                """
                select failures, crashes, outages, (select count(*) from longshore.attempt)
                from longshore.task where ordinal = 0
                """
            ) == "0|0|7|0"
        )
        #expect(try await dock.ledger.tasks.facts(of: task).outages == 7)
        #expect(await dock.perform(task) == .loaded(RowCounts(read: 2, loaded: 2)))
    }

    @Test("a source's database that fails is the task's failure, a full one is nobody's")
    func sources() async throws {
        let source = try await TestStack.shared().freshDatabase()
        let dock = try await Dock(Shop.files)
        let definition = try Shop.definition(
            customer: """
                  customer:
                    from: { source: crm, query: "select 'c1' as customer_id, (1 / (random() > 2)::int)::text as name" }
                    key: customer_id
                    columns:
                      customer_id: { type: text, required: true }
                      name: { type: text }
                """,
            sources: "crm: { postgres: \"${CRM_URL}\" }"
        )
        let loader = WarehouseLoader(
            dock.configuration,
            environment: SourceEnvironment { $0 == "CRM_URL" ? source : nil }
        )
        let load = try await dock.create(definition)
        let failure = try #require(await dock.perform(load.task("customer"), by: loader).failure)
        #expect(failure.origin == .task)
        #expect(failure.code.hasPrefix("source.postgres."))
        #expect(failure.message.hasPrefix("the source `crm`: "))
    }

    @discardableResult
    private func record(
        _ failure: TaskFailure,
        _ task: LoadTaskID,
        _ dock: Dock
    ) async throws -> FailureVerdict {
        try await dock.loader.record(failure, of: task, by: "test", policy: RetryPolicy())
    }
}
