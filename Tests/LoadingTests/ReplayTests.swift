import Inquiry
import Ledger
import Pipelines
import Planning
import Postgres
import StarSchema
import Synchronization
import TestSupport
import Testing
import WarehouseTestSupport

@Suite("Replays of rejects")
struct ReplayTests {
    /// One good row; one of an unknown customer, one without a number, one too short.
    private static let sales = #"""
        sale_id,sold_on,customer_id,amount
        s1,2024-01-05,c1,10.00
        s2,2024-01-06,c9,20.00
        "s3, odd",2024-01-07,c1,much
        s4,2024-01-08

        """#

    private static let rejects = """
        select rule, state, fixed_by_load, fixed_by_ordinal from longshore.reject order by id
        """

    private func dock() async throws -> Dock {
        var files = Shop.files
        files["sales_2024-01.csv"] = Self.sales
        let dock = try await Dock(files)
        #expect(try await dock.load(Self.definition()).failures == [])
        return dock
    }

    /// With a mart of the month's sales.
    private static func definition(
        amount: String = "amount: { type: \"decimal(12,2)\", required: true, min: 0 }"
    ) throws -> Definition {
        try Shop.definition(
            sale: Shop.sale(amount: amount),
            others: "marts:\n  total: { sql: total.sql, per: period }",
            marts: [
                "total.sql":
                    "select count(*) as sales from fact_sale "
                    + "where period >= :period_start and period < :period_end"
            ]
        )
    }

    @Test(
        "columns that no worker has written end a replay at once, and nothing is read by others",
        arguments: [
            "insert into longshore.input_header select load_id, ordinal, 'x', array[null, 'x'] "
                + "from longshore.task where kind = 'fact'",
            "update longshore.task set header = array[['a', 'b'], ['c', 'd']] where kind = 'fact'",
            "update longshore.task set header_types = array[['a', 'b'], ['c', 'd']] where kind = 'fact'",
        ]
    )
    func foreignColumns(sql: String) async throws {
        let dock = try await dock()
        try await dock.connection.script(SQL(raw: sql))
        let (created, load) = try await dock.replay(Self.definition())
        #expect(created.rejects == 3)
        guard case .failed(let failure) = load?.outcomes["sale 2024-01"] else {
            Issue.record("\(String(describing: load?.outcomes))")
            return
        }
        #expect(failure.code == "warehouse.unreadable_record")
        #expect(failure.message.contains("the columns of the rejects of `1.1` cannot be read"))
    }

    /// The customers of now, and nothing else.
    private func loadCustomers(_ dock: Dock) async throws {
        let load = try await dock.create(Self.definition())
        #expect(await dock.perform(load.task("customer")).failure == nil)
    }

    private func filter(_ change: (inout RejectFilter) -> Void = { _ in }) -> RejectFilter {
        var filter = RejectFilter()
        change(&filter)
        return filter
    }

    @Test("rows that are good now are loaded once, the others stay open for the reason of now")
    func replayed() async throws {
        let dock = try await dock()
        try dock.write("customers.csv", Shop.customers + "c9,Cy\n")
        try await loadCustomers(dock)
        let (created, load) = try await dock.replay(Self.definition())
        #expect(created == CreatedReplay(load: load?.id, rejects: 3))
        #expect(load?.tasks.map(\.title) == ["sale 2024-01", "total 2024-01"])
        #expect(
            load?.counts("sale 2024-01") == RowCounts(read: 3, loaded: 1, rejected: 2),
            "\(load?.failures ?? [])"
        )
        #expect(
            try await dock.rows(Shop.facts) == ["2024-01-01|s1|c1|10.00", "2024-01-01|s2|c9|20.00"]
        )
        #expect(try await dock.row("select sales from shop.mart_total") == "2")
        #expect(
            try await dock.rows(Self.rejects) == [
                "references|fixed|\(created.load ?? 0)|0", "decimal|open|∅|∅", "fields|open|∅|∅",
            ]
        )
        #expect(
            try await dock.row(
                """
                select state, rows_loaded, rows_rejected, loaded_by from longshore.control
                where table_name = 'fact_sale'
                """
            ) == "loaded|2|2|1"
        )
    }

    @Test("a rule that was mended lets rows in; replaying again changes nothing")
    func twice() async throws {
        let dock = try await dock()
        let kept = try Self.definition(
            amount: "amount: { type: \"decimal(12,2)\", clean: [{ null_if: [much] }] }"
        )
        let (created, load) = try await dock.replay(kept, filter { $0.rule = "decimal" })
        #expect(created.rejects == 1)
        #expect(load?.counts("sale 2024-01") == RowCounts(read: 1, loaded: 1))
        let facts = try await dock.rows(Shop.facts)
        #expect(facts == ["2024-01-01|s1|c1|10.00", "2024-01-01|s3, odd|c1|∅"])

        let (again, none) = try await dock.replay(kept, filter { $0.rule = "decimal" })
        #expect(again == CreatedReplay())
        #expect(none == nil)
        let task = try #require(load?.task("sale 2024-01"))
        #expect(await dock.perform(task) == .alreadyDone)
        #expect(try await dock.rows(Shop.facts) == facts)
    }

    @Test("a reload of the period replaces replayed rows: nothing is doubled")
    func reload() async throws {
        let dock = try await dock()
        try dock.write("customers.csv", Shop.customers + "c9,Cy\n")
        try await loadCustomers(dock)
        try await dock.replay(Self.definition())
        #expect(try await dock.load(Self.definition()).failures == [])
        #expect(
            try await dock.rows(Shop.facts) == ["2024-01-01|s1|c1|10.00", "2024-01-01|s2|c9|20.00"]
        )
        #expect(
            try await dock.rows("select rule, state from longshore.reject order by id") == [
                "references|fixed", "decimal|superseded", "fields|superseded", "decimal|open",
                "fields|open",
            ]
        )
    }

    @Test("a waiver that waits for a replay leaves fixed what that has loaded")
    func waivedMeanwhile() async throws {
        let dock = try await dock()
        try dock.write("customers.csv", Shop.customers + "c9,Cy\n")
        try await loadCustomers(dock)
        let waiver = Waiver()
        let (_, load) = try await dock.replay(
            Self.definition(),
            observer: At(.copied) {
                waiver.start {
                    try await dock.ledger.rejects.waive(RejectFilter(), reason: "old", by: "ana")
                }
                await eventually("the waiver waits for the replay") {
                    try await dock.row(
                        """
                        select count(*) from pg_stat_activity
                        where datname = current_database() and wait_event_type = 'Lock'
                        """
                    ) == "1"
                }
            }
        )
        #expect(load?.counts("sale 2024-01")?.loaded == 1)
        #expect(try await waiver.waived.count == 2)
        #expect(
            try await dock.rows("select rule, state from longshore.reject order by id")
                == ["references|fixed", "decimal|waived", "fields|waived"]
        )
    }

    @Test("a reload between a replay's creation and its turn leaves the replay nothing to do")
    func superseded() async throws {
        let dock = try await dock()
        let (request, _) = try dock.request(Self.definition())
        let created = try await dock.ledger.requests.createReplay(of: RejectFilter(), request)
        let load = try #require(created.load)
        try dock.write(
            "sales_2024-01.csv",
            "sale_id,sold_on,customer_id,amount\ns2,2024-01-06,c1,1\n"
        )
        #expect(try await dock.load(Self.definition()).failures == [])
        let outcome = await dock.perform(LoadTaskID(load: load, ordinal: 0))
        #expect(outcome == .loaded(RowCounts()))
        #expect(try await dock.rows(Shop.facts) == ["2024-01-01|s2|c1|1.00"])
        #expect(
            try await dock.row("select count(*) from longshore.reject where state = 'superseded'")
                == "3"
        )
    }

    @Test("a replayed row whose grain is there by now counts as deduplicated")
    func deduplicated() async throws {
        let dock = try await dock()
        try dock.write("customers.csv", Shop.customers + "c9,Cy\n")
        try await loadCustomers(dock)
        try await dock.connection.query(
            "update shop.fact_sale set sale_id = 's2' where sale_id = 's1'"
        )
        let (_, load) = try await dock.replay(Self.definition(), filter { $0.rule = "references" })
        #expect(load?.counts("sale 2024-01") == RowCounts(read: 1, deduplicated: 1))
        #expect(try await dock.rows(Shop.facts) == ["2024-01-01|s2|c1|10.00"])
        #expect(
            try await dock.row("select state from longshore.reject where rule = 'references'")
                == "fixed"
        )
    }

    @Test("rows of closed periods are left out and counted")
    func closed() async throws {
        let dock = try await dock()
        try await dock.connection.query("update longshore.control set state = 'closed'")
        let (created, _) = try await dock.replay(Self.definition())
        #expect(created == CreatedReplay(closed: 3))
        #expect(try await dock.row("select count(*) from longshore.load") == "1")
    }

    @Test(
        "a replayed row is merged over one of an older load, and not over one of its own source",
        arguments: [true, false]
    )
    func mergedOverOlder(hasPeriods: Bool) async throws {
        func definition(_ amount: String) throws -> Definition {
            try .text(
                """
                pipeline: shop
                \(hasPeriods ? "period: { grain: month, start: 2024-01 }" : "")
                sources: { drops: { files: data } }
                facts:
                  order:
                    from: { source: drops, csv: orders.csv }
                    \(hasPeriods ? "period: ordered_on\n    late: merge" : "")
                    grain: [order_id]
                    load: merge
                    columns:
                      order_id: { type: text, required: true }
                      ordered_on: { type: date, required: true }
                      amount: { type: integer\(amount) }
                """
            )
        }
        let header = "order_id,ordered_on,amount\n"
        let dock = try await Dock([
            "orders.csv": header + "o1,2024-01-01,1\no2,2024-01-02,2\no3,2024-01-03,3\n"
        ])
        #expect(try await dock.load(definition(", min: 0")).failures == [])
        // Of o1 the second row is refused, of o2 the first, of o3 the only one, and of o4 both.
        try dock.write(
            "orders.csv",
            header + "o1,2024-01-01,10\no1,2024-01-01,11\no2,2024-01-02,-20\no2,2024-01-02,21\n"
                + "o3,2024-01-03,-30\no4,2024-01-04,-40\no4,2024-01-04,-41\n"
        )
        #expect(try await dock.load(definition(", min: 0")).failures == [])
        let facts = "select order_id, amount from shop.fact_order order by 1"
        #expect(try await dock.rows(facts) == ["o1|10", "o2|21", "o3|3"])

        let (_, load) = try await dock.replay(definition(""))
        #expect(load?.failures == [])
        #expect(try await dock.rows(facts) == ["o1|10", "o2|21", "o3|-30", "o4|-40"])
        let (_, again) = try await dock.replay(definition(""))
        #expect(again?.failures ?? [] == [])
        #expect(try await dock.rows(facts) == ["o1|10", "o2|21", "o3|-30", "o4|-40"])
    }

    @Test(
        "after replays of merged rows the control table counts each period, and marts are computed"
    )
    func merged() async throws {
        func definition(_ amount: String) throws -> Definition {
            try .text(
                """
                pipeline: shop
                period: { grain: month, start: 2024-01 }
                sources: { drops: { files: data } }
                facts:
                  order:
                    from: { source: drops, csv: "orders_{period}.csv" }
                    period: ordered_on
                    grain: [order_id]
                    load: merge
                    late: merge
                    columns:
                      order_id: { type: text, required: true }
                      ordered_on: { type: date, required: true }
                      amount: { type: integer\(amount) }
                marts:
                  total: { sql: total.sql, per: period }
                """,
                files: [
                    "total.sql":
                        "select sum(amount) as amount from fact_order where period = :period_start"
                ]
            )
        }
        let dock = try await Dock([
            "orders_2024-01.csv": "order_id,ordered_on,amount\no1,2024-01-01,1\no2,2024-01-02,2\n"
                + "o5,2024-01-05,-5\n",
            "orders_2024-02.csv": "order_id,ordered_on,amount\no3,2024-02-01,3\n"
                + "o1,2024-01-01,-10\no2,2024-02-02,-20\no4,2024-01-03,-40\n",
        ])
        let load = try await dock.load(definition(", min: 0"), periods: "2024-01..2024-02")
        #expect(load.failures == [])
        let control = """
            select kind, period, state, rows_loaded from longshore.control order by 1, 2
            """

        let (_, february) = try await dock.replay(definition(""), filter { $0.period = "2024-02" })
        #expect(february?.tasks.map(\.title) == ["order 2024-02", "total 2024-02"])
        #expect(february?.counts("order 2024-02") == RowCounts(read: 3, loaded: 3))
        let counts = "select period, count(*) from shop.fact_order group by 1 order by 1"
        #expect(try await dock.rows(counts) == ["2024-01-01|2", "2024-02-01|2"])
        #expect(
            try await dock.rows(control) == [
                "fact|2024-01|loaded|2", "fact|2024-02|loaded|2", "mart|2024-01|stale|1",
                "mart|2024-02|loaded|1",
            ]
        )
        let states = try await dock.due(definition("").pipeline).states
        #expect(states[.stale] == ["2024-01"])

        let (_, january) = try await dock.replay(definition(""))
        #expect(january?.tasks.map(\.title) == ["order 2024-01", "total 2024-01"])
        #expect(try await dock.rows(counts) == ["2024-01-01|3", "2024-02-01|2"])
        #expect(
            try await dock.rows(control) == [
                "fact|2024-01|loaded|3", "fact|2024-02|loaded|2", "mart|2024-01|loaded|1",
                "mart|2024-02|loaded|1",
            ]
        )
        #expect(
            try await dock.rows("select period, amount from shop.mart_total order by 1")
                == ["2024-01-01|-55", "2024-02-01|-17"]
        )
    }

    @Test("a replayed row of a dimension is merged, and members that are not among them stay")
    func dimension() async throws {
        var files = Shop.files
        files["customers.csv"] = "customer_id,name\nc1,Ana\n,Nobody\nc2,Bo the second\n"
        files["sales_2024-02.csv"] = Shop.february + "s7,2024-02-02,c1,1.00\n"
        let dock = try await Dock(files)
        let strict = try Shop.definition(
            customer: Shop.customer.replacing(
                "name: { type: text }",
                with: "name: { type: text, length: { max: 5 } }"
            )
        )
        #expect(
            try await dock.load(strict, periods: "2024-02").outcomes["customer"]?.failure == nil
        )
        let (created, load) = try await dock.replay(Shop.definition())
        #expect(created.rejects == 3)
        #expect(load?.tasks.map(\.title) == ["customer", "sale 2024-02"])
        #expect(
            load?.counts("customer") == RowCounts(read: 2, loaded: 1, rejected: 1),
            "\(load?.failures ?? [])"
        )
        // The sale waits for the dimension that the same replay mends.
        #expect(load?.counts("sale 2024-02") == RowCounts(read: 1, loaded: 1))
        #expect(
            try await dock.rows("select customer_id, name from shop.dim_customer order by 1") == [
                "c1|Ana", "c2|Bo the second", "∅|∅",
            ]
        )
    }

    @Test(
        "a replayed row of a dimension whose members expire is merged, and none expires",
        arguments: ["scd: 1", "scd: 2"]
    )
    func expiring(change: String) async throws {
        var files = Shop.files
        files["customers.csv"] = Shop.customers + "c3,Cy the third\n"
        let dock = try await Dock(files)
        func definition(length: Int) throws -> Definition {
            try Shop.definition(
                customer: Shop.customer
                    .replacing(
                        "name: { type: text }",
                        with: "name: { type: text, \(change), length: { max: \(length) } }"
                    )
                    .replacing("key: customer_id", with: "key: customer_id\n    on_missing: expire")
            )
        }
        #expect(try await dock.load(definition(length: 5)).outcomes["customer"]?.failure == nil)
        let (created, load) = try await dock.replay(definition(length: 50))
        #expect(created.rejects == 1)
        #expect(load?.failures == [])
        #expect(load?.counts("customer") == RowCounts(read: 1, loaded: 1))
        let held = change == "scd: 1" ? "expired_at is null" : "is_current"
        #expect(
            try await dock.rows(
                "select customer_id from shop.dim_customer where \(held) and customer_key > 0 order by 1"
            ) == ["c1", "c2", "c3"]
        )
    }

    @Test("a replay claims no period: a load that was created before it loads it all the same")
    func claims() async throws {
        let dock = try await dock()
        let older = try await dock.create(Self.definition())
        try await dock.replay(Self.definition())
        for ordinal in older.tasks.indices {
            let outcome = await dock.perform(LoadTaskID(load: older.id, ordinal: ordinal))
            #expect(outcome.failure == nil && outcome != .superseded, "\(outcome)")
        }
    }

    @Test("superseded and fixed rejects are pruned when they are old; open and waived ones stay")
    func pruned() async throws {
        let dock = try await dock()
        try await dock.connection.query(
            """
            update longshore.reject set state = case rule when 'references' then 'superseded'
                when 'decimal' then 'fixed' else 'waived' end
            """
        )
        #expect(try await dock.ledger.rejects.prune(olderThanDays: 1) == 0)
        try await dock.connection.query(
            "update longshore.reject set created_at = now() - interval '40 days'"
        )
        #expect(try await dock.ledger.rejects.prune(olderThanDays: 30) == 2)
        #expect(try await dock.rows("select rule from longshore.reject") == ["fields"])
    }
}

/// A waiver that goes on beside an attempt.
private final class Waiver: Sendable {
    private let task = Mutex<Task<[Int64], any Error>?>(nil)

    func start(_ body: @escaping @Sendable () async throws -> [Int64]) {
        let started = Task { try await body() }
        task.withLock { $0 = started }
    }

    var waived: [Int64] {
        get async throws { try await task.withLock { $0 }?.value ?? [] }
    }
}
