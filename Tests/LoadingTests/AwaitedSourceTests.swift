import Ledger
import Loading
import Planning
import Postgres
import TestSupport
import Testing
import WarehouseTestSupport

@Suite("Sources that are not there", .serialized)
struct AwaitedSourceTests {
    /// Performs the first task of a load and has its failure recorded.
    private func attempt(
        _ dock: Dock,
        _ task: LoadTaskID,
        policy: RetryPolicy = RetryPolicy()
    ) async throws -> (TaskFailure, FailureVerdict)? {
        // The next attempt is due later; the tests do not wait for it.
        _ = try await dock.connection.query("update longshore.task set retry_at = null")
        let outcome = await dock.perform(task)
        guard case .retryable(let failure) = outcome else { return nil }
        let verdict = try await dock.loader.record(failure, of: task, by: "test", policy: policy)
        return (failure, verdict)
    }

    private func customer(_ from: String) -> String {
        """
          customer:
            from: { \(from) }
            key: customer_id
            columns:
              customer_id: { type: text, required: true }
              name: { type: text }
        """
    }

    @Test("a file that comes late is loaded, and no attempt was counted")
    func late() async throws {
        let dock = try await Dock(["sales_2024-01.csv": Shop.january])
        let load = try await dock.create(Shop.definition())
        let task = load.task("customer")
        for number in 1...3 {
            let (failure, verdict) = try #require(try await attempt(dock, task))
            #expect(failure.code == "source.missing")
            #expect(verdict == .retry(.second))
            #expect(
                try await dock.row(
                    "select failures, absences, absent_since is not null from longshore.task "
                        + "where ordinal = 0"
                ) == "0|\(number)|t"
            )
        }
        let facts = try await dock.ledger.tasks.facts(of: task)
        #expect(facts.absences == 3)
        #expect(facts.absentSince != nil && facts.awaitedUntil != nil)
        try dock.write("customers.csv", Shop.customers)
        #expect(try await attempt(dock, task) == nil)
        #expect(
            try await dock.row(
                "select state, failures, absences, absent_since, failure_code from longshore.task "
                    + "where ordinal = 0"
            ) == "done|0|0|∅|∅"
        )
    }

    @Test("a source for which there is no patience is a failure at once")
    func noPatience() async throws {
        let dock = try await Dock(["sales_2024-01.csv": Shop.january])
        let from = "source: drops, csv: customers.csv, wait: { for: 0 s }"
        let load = try await dock.create(Shop.definition(customer: customer(from)))
        let (_, verdict) = try #require(try await attempt(dock, load.task("customer")))
        #expect(verdict == .final)
        #expect(
            try await dock.row(
                "select state, failures, failure_code from longshore.task where ordinal = 0"
            ) == "failed|1|source.missing"
        )
    }

    @Test("a source that does not come is one failure, which says how long it was awaited")
    func never() async throws {
        let dock = try await Dock(["sales_2024-01.csv": Shop.january])
        let load = try await dock.create(Shop.definition())
        let task = load.task("customer")
        _ = try await attempt(dock, task)
        _ = try await dock.connection.query(
            "update longshore.task set absent_since = now() - interval '90 s' where ordinal = 0"
        )
        let (_, verdict) = try #require(try await attempt(dock, task))
        #expect(verdict == .final)
        let row = try await dock.row(
            "select state, failures, failure_code, failure_message from longshore.task "
                + "where ordinal = 0"
        )
        #expect(row.hasPrefix("failed|1|source.missing|no file matches `customers.csv`"), "\(row)")
        #expect(row.contains("; it was awaited for 90 s, in 2 attempts: "), "\(row)")
    }

    @Test("what an extract says of its patience counts")
    func declared() async throws {
        let dock = try await Dock(["sales_2024-01.csv": Shop.january])
        let definition = try Shop.definition(
            customer: customer("source: drops, csv: customers.csv, wait: { for: 2 h }")
        )
        let load = try await dock.create(definition)
        let (failure, _) = try #require(try await attempt(dock, load.task("customer")))
        #expect(failure.absence == Absence(.files, patience: .seconds(7200)))
        #expect(
            try await dock.row(
                "select extract(epoch from awaited_until - absent_since)::integer "
                    + "from longshore.task where ordinal = 0"
            ) == "7200"
        )
    }

    @Test(
        "folders, variables and servers that are not there are awaited",
        arguments: [
            ("far: { files: /nowhere }", "csv: a.csv", "source.missing", Absence.Kind.files),
            ("far: { files: \"${NOT_SET}\" }", "csv: a.csv", "source.variable", .files),
            (
                "far: { postgres: \"postgres://u@127.0.0.1:1/x\" }",
                "query: \"select 1 as customer_id, 'a' as name\"",
                "source.postgres.connectionRefused", .database
            ),
            (
                "far: { postgres: \"${NOT_SET}\" }",
                "query: \"select 1 as customer_id, 'a' as name\"", "source.variable", .database
            ),
        ]
    )
    func kinds(_ source: String, _ input: String, _ code: String, _ kind: Absence.Kind) async throws
    {
        let dock = try await Dock(Shop.files)
        let definition = try Shop.definition(
            customer: customer("source: far, \(input)"),
            sources: source
        )
        let load = try await dock.create(definition)
        let (failure, verdict) = try #require(try await attempt(dock, load.task("customer")))
        #expect(failure.code == code)
        #expect(failure.absence == Absence(kind))
        #expect(verdict == .retry(.second))
    }

    @Test("a source that is there and wrong is a failure at once")
    func wrong() async throws {
        let dock = try await Dock(["customers.csv": "id\n1\n"])
        let load = try await dock.create(Shop.definition())
        guard case .failed(let failure) = await dock.perform(load.task("customer")) else {
            Issue.record("the file has not the column that is asked for")
            return
        }
        #expect(failure.absence == nil)
    }
}
