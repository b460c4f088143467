import Ledger
import Loading
import Pipelines
import Planning
import Postgres
import Testing
import WarehouseTestSupport

@Suite("Attempts and audits as rows of the ledger")
struct AttemptRowTests {
    @Test("an attempt that commits is a row: who ran it where, its begin, its end and its parts")
    func committed() async throws {
        let dock = try await Dock(Shop.files)
        let slot = WarehouseLoader(dock.configuration, slot: 3)
        let load = try await dock.load(Shop.definition(), by: slot)
        #expect(load.failures == [])
        for title in ["customer", "sale 2024-01"] {
            let attempts = try await dock.ledger.tasks.attempts(at: load.task(title))
            #expect(attempts.map(\.number) == [1], "\(title)")
            let attempt = try #require(attempts.first)
            #expect(attempt.end == .done)
            #expect(attempt.failure == nil)
            #expect(attempt.worker == "test")
            #expect(attempt.slot == 3)
            let parts = [attempt.open, attempt.copy, attempt.merge].compactMap(\.self)
            #expect(parts.count == 3, "\(title)")
            #expect(parts.allSatisfy { $0 > 0 }, "\(title): \(parts)")
            let seconds = try #require(attempt.seconds)
            #expect(parts.reduce(0, +) < seconds + 0.01, "\(title): \(parts), \(seconds)")
            #expect(attempt.files == 1)
        }
        let sale = try await dock.ledger.tasks.attempts(at: load.task("sale 2024-01"))[0]
        #expect(sale.bytes == Shop.january.utf8.count)
        #expect(sale.bytesRead == Shop.january.utf8.count)
        #expect(
            try await dock.row(
                "select bool_and(a.begun_at = t.started_at and a.happened_at <= t.committed_at + interval '1 second') "
                    + "from longshore.attempt a join longshore.task t using (load_id, ordinal)"
            ) == "t"
        )
    }

    @Test("each expectation is a row: what was expected, what was seen, whether it held")
    func audits() async throws {
        let dock = try await Dock(Shop.files)
        let expect = "expect: { rows: { min: 2, max: 4 }, rejects: { max: 30%, severity: fail } }"
        let load = try await dock.load(Shop.definition(sale: Shop.sale(expect: expect)))
        let attempt = try await dock.ledger.tasks.attempts(at: load.task("sale 2024-01"))[0]
        #expect(
            attempt.audits == [
                AuditResult(
                    "rejects",
                    isNeeded: true,
                    expected: "at most 30 % of the rows",
                    seen: "0 of 3 rows",
                    held: true
                ),
                AuditResult(
                    "rows",
                    isNeeded: true,
                    expected: "at least 2, at most 4",
                    seen: "3",
                    held: true
                ),
            ]
        )
        let period = try #require(
            try await dock.ledger.grid.period("2024-01", ofTable: "fact_sale", in: "shop")
        )
        #expect(period.audits == attempt.audits)
        #expect(period.refused == [])
        let pieces = [
            SealDesk.Piece(load: load.id, schema: "shop", table: "fact_sale", period: "2024-01")
        ]
        #expect(try await dock.ledger.seals.audits(of: pieces) == .init(held: 2, broken: 0))
    }

    @Test(
        "an attempt that an expectation fails has its audits, and its period tells what did not hold"
    )
    func failed() async throws {
        let dock = try await Dock(Shop.files)
        let definition = try Shop.definition(
            sale: Shop.sale(expect: "expect: { rows: { min: 4 }, rejects: { max: 0% } }")
        )
        let load = try await dock.load(definition)
        let task = load.task("sale 2024-01")
        let failure = try #require(load.failure("sale 2024-01"))
        _ = try await dock.loader.record(failure, of: task, by: "test", policy: RetryPolicy())
        let attempt = try #require(try await dock.ledger.tasks.attempts(at: task).first)
        #expect(attempt.end == .error)
        #expect(attempt.failure?.hasSuffix("[warehouse.row_count]") == true)
        #expect(attempt.audits.map(\.held) == [true, false])
        #expect(attempt.audits.map(\.isNeeded) == [true, true])
        #expect(try #require(attempt.open) > 0)
        #expect(try #require(attempt.seconds) > 0)
        let period = try #require(
            try await dock.ledger.grid.period("2024-01", ofTable: "fact_sale", in: "shop")
        )
        #expect(period.audits == [])
        #expect(period.refused.map(\.expectation) == ["rows"])
        #expect(period.refused.map(\.seen) == ["3"])

        try dock.write("sales_2024-01.csv", Shop.january + "s9,2024-01-09,c1,1\n")
        let mended = try await dock.load(definition)
        #expect(mended.failures == [])
        let now = try #require(
            try await dock.ledger.grid.period("2024-01", ofTable: "fact_sale", in: "shop")
        )
        #expect(now.audits.map(\.held) == [true, true])
        #expect(now.refused == [])
    }

    @Test("of a task that failed before it committed each attempt is told, with its own audits")
    func attempts() async throws {
        let dock = try await Dock(Shop.files)
        let task = try await dock.create(Shop.definition()).task("customer")
        let failure = TaskFailure(code: "source.gone", message: "gone", isRetryable: true)
        _ = try await dock.loader.record(failure, of: task, by: "w", policy: RetryPolicy())
        try await dock.connection.query("update longshore.task set retry_at = null")
        #expect(await dock.perform(task).failure == nil)
        let attempts = try await dock.ledger.tasks.attempts(at: task)
        #expect(attempts.map(\.number) == [2, 1])
        #expect(attempts.map(\.end) == [.done, .error])
        #expect(attempts.map(\.audits.count) == [2, 0])
        #expect(attempts[1].begunAt == nil)
        #expect(attempts[1].failure == "gone [source.gone]")
    }

    @Test("tests of marts and the share of expired members are audits, too")
    func others() async throws {
        let dock = try await Dock(Shop.files)
        let definition = try Shop.definition(
            customer: Shop.customer
                + "\n    on_missing: expire\n    expect: { expired: { max: 60% } }",
            others: """
                marts:
                  sum:
                    sql: marts/sum.sql
                    tests:
                      - { not_null: [amount] }
                      - { accepted_range: { column: amount, max: 1 }, severity: warn }
                """,
            marts: ["marts/sum.sql": "select sum(amount) as amount from fact_sale"]
        )
        #expect(try await dock.load(definition).failures == [])
        try dock.write("customers.csv", "customer_id,name\nc1,Ana\n")
        let load = try await dock.load(definition)
        #expect(load.failures == [])
        let mart = try await dock.ledger.tasks.attempts(at: load.task("sum"))[0].audits
        #expect(mart.map(\.expectation) == ["tests", "tests"])
        #expect(mart.map(\.held) == [true, false])
        #expect(mart.map(\.isNeeded) == [true, false])
        #expect(mart.map(\.seen) == ["0 rows", "1 row"])
        let members = try await dock.ledger.tasks.attempts(at: load.task("customer"))[0].audits
        #expect(members.first?.expectation == "expired")
        #expect(members.first?.expected == "at most 60 % of the members")
        #expect(members.first?.seen == "1 of 2 members")
    }

    @Test("a total of the source is an audit with both figures")
    func totals() async throws {
        let dock = try await Dock(Shop.files)
        try dock.write("totals.csv", "revenue\n36.00\n")
        let expect = """
            expect:
                  totals:
                    revenue: { column: amount, from: { source: drops, csv: totals.csv }, value: revenue,
                      within: 0.5, severity: warn }
            """
        let load = try await dock.load(Shop.definition(sale: Shop.sale(expect: expect)))
        #expect(load.failures == [])
        let audits = try await dock.ledger.tasks.attempts(at: load.task("sale 2024-01"))[0].audits
        let total = try #require(audits.last)
        #expect(total.subject == "revenue")
        #expect(total.expected == "36.00, give or take 0.5")
        #expect(total.seen == "35.75")
        #expect(total.held)
        #expect(!total.isNeeded)
    }

    @Test("a load's slots and failed attempts are told where they began")
    func anatomy() async throws {
        let dock = try await Dock(Shop.files)
        let slot = WarehouseLoader(dock.configuration, slot: 1)
        let load = try await dock.create(
            Shop.definition(sale: Shop.sale(expect: "expect: { rows: { min: 9 } }"))
        )
        _ = await dock.perform(load.task("customer"), by: slot)
        let sale = load.task("sale 2024-01")
        let failure = try #require(await dock.perform(sale, by: slot).failure)
        _ = try await slot.record(failure, of: sale, by: "test", policy: RetryPolicy())
        let spans = try await dock.ledger.loads.anatomy(ofLoad: load.id).spans
        #expect(Set(spans.map(\.end)) == [.done, .failed])
        #expect(spans.map(\.slot) == [1, 1])
        #expect(spans.allSatisfy { $0.start != nil })
    }

    @Test("a death is no work of whoever found it, and of how long it ran nothing is said")
    func death() async throws {
        let dock = try await Dock(Shop.files)
        let load = try await dock.create(Shop.definition())
        let task = load.task("customer")
        try await dock.connection.query(
            "update longshore.task set begun_at = now() - interval '2 seconds' where ordinal = \(task.ordinal)"
        )
        let finder = WarehouseLoader(dock.configuration, slot: 1)
        _ = try await finder.recordCrash(of: task, by: "finder", policy: RetryPolicy())
        let attempt = try #require(try await dock.ledger.tasks.attempts(at: task).first)
        #expect(attempt.end == .crash)
        #expect(attempt.worker == "finder")
        #expect(attempt.begunAt != nil)
        #expect(attempt.seconds == nil && attempt.slot == nil)
        let spans = try await dock.ledger.loads.anatomy(ofLoad: load.id).spans
        let span = try #require(spans.first)
        #expect(span.end == .failed && span.finish != nil)
        #expect(span.worker == nil && span.slot == nil && span.start == nil)
    }

    @Test("what lies behind the last row is read, too, and no bytes are those of a database's rows")
    func bytes() async throws {
        let dock = try await Dock(Shop.files)
        let sales = Shop.january + String(repeating: "\n", count: 600_000)
        try dock.write("sales_2024-01.csv", sales)
        let definition = try Shop.definition(
            others: "marts: { sum: { sql: marts/sum.sql } }",
            marts: ["marts/sum.sql": "select sum(amount) as amount from fact_sale"]
        )
        let load = try await dock.load(definition)
        #expect(load.failures == [])
        let sale = try await dock.ledger.tasks.attempts(at: load.task("sale 2024-01"))[0]
        #expect(sale.bytesRead == sales.utf8.count)
        let sum = try await dock.ledger.tasks.attempts(at: load.task("sum"))[0]
        #expect(sum.bytesRead == nil)
    }

    @Test("a test of a mart that Postgres cannot run leaves what the tests before it have found")
    func failingTest() async throws {
        let dock = try await Dock(Shop.files)
        let definition = try Shop.definition(
            others: """
                marts:
                  sum:
                    sql: marts/sum.sql
                    tests:
                      - { not_null: [amount] }
                      - { sql: tests/odd.sql }
                """,
            marts: [
                "marts/sum.sql": "select sum(amount) as amount from fact_sale",
                "tests/odd.sql": "select 1 from mart_sum where 1 / (amount - amount) > 0",
            ]
        )
        let load = try await dock.load(definition)
        let failure = try #require(load.failure("sum"))
        let task = load.task("sum")
        _ = try await dock.loader.record(failure, of: task, by: "test", policy: RetryPolicy())
        let attempt = try await dock.ledger.tasks.attempts(at: task)[0]
        #expect(attempt.end == .error)
        #expect(attempt.audits.map(\.subject) == ["not_null (amount)"])
    }

    @Test("attempts and audits are forgotten with their load")
    func forgotten() async throws {
        let dock = try await Dock(Shop.files)
        try await dock.load(Shop.definition())
        try await dock.load(Shop.definition(), refreshes: true)
        #expect(
            try await dock.row("select count(*) > 0 from longshore.audit where load_id = 1") == "t"
        )
        try await dock.connection.query(
            "update longshore.load set state = 'loaded', finished_at = now() - interval '99 days'"
        )
        #expect(try await dock.ledger.retention.forget(olderThanDays: 9).loads == 1)
        #expect(
            try await dock.row(
                "select (select count(*) from longshore.attempt where load_id = 1), "
                    + "(select count(*) from longshore.audit where load_id = 1), "
                    + "(select count(*) > 0 from longshore.audit where load_id = 2)"
            ) == "0|0|t"
        )
    }
}
