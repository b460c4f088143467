import Pipelines
import Planning
import Postgres
import TestSupport
import Testing
import WarehouseTestSupport

@Suite("Computing marts", .serialized)
struct MartTests {
    private static let monthly = """
        -- Sales of a month, by customer
        select customer_id, count(*) as sales, sum(amount) as amount
        from fact_sale join dim_customer using (customer_key)
        where period >= :period_start and period < :period_end
        group by customer_id  -- one row each
        """

    private func definition(
        monthly: String = MartTests.monthly,
        total: String = "select sum(sales)::bigint as sales from mart_customer_month"
    ) throws -> Definition {
        try Shop.definition(
            others: """
                marts:
                  total: { sql: total.sql }
                  customer_month: { sql: monthly.sql, per: period }
                """,
            marts: ["monthly.sql": monthly, "total.sql": total]
        )
    }

    private let months =
        "select period, customer_id, sales, amount from shop.mart_customer_month order by 1, 2"

    @Test("a mart per period and a whole one are computed after what they read")
    func first() async throws {
        let dock = try await Dock(Shop.files)
        let load = try await dock.load(definition(), periods: "2024-01..2024-02")
        #expect(load.failures == [])
        #expect(
            try await dock.rows(months)
                == ["2024-01-01|c1|2|15.25", "2024-01-01|c2|1|20.50", "2024-02-01|c2|1|7.00"]
        )
        #expect(try await dock.rows("select sales from shop.mart_total") == ["4"])
        #expect(load.counts("customer_month 2024-01") == RowCounts(read: 2, loaded: 2))
    }

    @Test("the server looks every second whether the worker still lives, also during a long query")
    func watched() async throws {
        let dock = try await Dock(Shop.files)
        let total = "select current_setting('client_connection_check_interval') as every"
        #expect(try await dock.load(definition(total: total)).failures == [])
        #expect(try await dock.rows("select every from shop.mart_total") == ["1s"])
    }

    @Test("parameters are constants of their types to the server, hostile texts among them")
    func parameters() async throws {
        let dock = try await Dock(Shop.files)
        let text = "\u{600}'\u{301} \\ :period_start; drop table x --"
        let definition = try Definition.text(
            """
            pipeline: shop
            parameters:
              name: { type: text, default: '\u{600}''\u{301} \\ :period_start; drop table x --' }
              rate: { type: decimal, default: -0.050 }
              since: { type: date, default: 2024-02-29 }
              days: { type: integer, default: -7 }
              all: { type: boolean, default: true }
            sources: { drops: { files: data } }
            dimensions:
            \(Shop.customer)
            marts:
              total: { sql: total.sql, reads: customer }
            """,
            files: [
                "total.sql":
                    "select :name as name, :rate as rate, :since -:days as day, not :all as none"
            ]
        )
        #expect(try await dock.load(definition).failures == [])
        let rows = try await dock.connection.query("select * from shop.mart_total")
        let row = try #require(rows.first)
        #expect(try Array(row.text("name").utf8) == Array(text.utf8))
        #expect(try row.text("rate") == "-0.050")
        #expect(try row.text("day") == "2024-03-07")
        #expect(try row.boolean("none") == false)
    }

    @Test("a period is computed anew, and no other; a whole mart is replaced")
    func again() async throws {
        let dock = try await Dock(Shop.files)
        try await dock.load(definition(), periods: "2024-01..2024-02")
        try dock.write("sales_2024-01.csv", Shop.january.replacing("c2", with: "c1"))
        let load = try await dock.load(definition())
        #expect(
            try await dock.rows(months) == ["2024-01-01|c1|3|35.75", "2024-02-01|c2|1|7.00"]
        )
        #expect(try await dock.rows("select sales from shop.mart_total") == ["4"])
        #expect(
            try await dock.rows(
                """
                select name, rows_loaded, rows_replaced from longshore.task
                where load_id = \(load.id) and kind = 'mart' order by ordinal
                """
            ) == ["customer_month|1|2", "total|1|1"]
        )
    }

    @Test(
        "marts that read each other are created in an order that works, whatever the definition's"
    )
    func chain() async throws {
        let dock = try await Dock(Shop.files)
        let definition = try Shop.definition(
            others: """
                marts:
                  last: { sql: last.sql, per: period }
                  middle: { sql: middle.sql }
                  first: { sql: first.sql, per: period }
                """,
            marts: [
                "first.sql": "select count(*) as n from fact_sale where period = :period_start",
                "middle.sql": "select sum(n)::bigint as n from mart_first",
                "last.sql": "select n, :period_end as until from mart_middle",
            ]
        )
        #expect(try await dock.load(definition).failures == [])
        #expect(try await dock.rows("select * from shop.mart_last") == ["2024-01-01|3|2024-02-01"])
    }

    @Test(
        "a mart whose columns changed gets them: readers find its rows, and other periods are stale"
    )
    func changed() async throws {
        let dock = try await Dock(Shop.files)
        try await dock.load(definition(), periods: "2024-01..2024-02")
        try await dock.connection.query(
            "create view shop.busy as select customer_id, sales from shop.mart_customer_month"
        )
        let changed = Self.monthly.replacing("sum(amount) as amount", with: "avg(amount) as mean")
            .replacing("count(*) as sales", with: "count(*)::numeric as sales")
        let refused = await dock.problem { try await dock.create(definition(monthly: changed)) }
        #expect(
            refused == """
                the table `shop.mart_customer_month` does not fit the definition: its columns are not \
                those that its SQL gives now (no more `amount`; new `mean`; `sales` was `bigint`, is \
                `numeric`), and other objects use those that are gone. Longshore does not destroy data by \
                itself; this would do it:
                    alter table "shop"."mart_customer_month" drop column "amount" cascade, drop column \
                "sales" cascade, add column "mean" numeric, add column "sales" numeric;
                    -- which drops those views, too; then: longshore load FOLDER
                """
        )
        try await dock.connection.query("drop view shop.busy")
        let load = try await dock.create(definition(monthly: changed))
        let all =
            "select period, customer_id, sales, mean from shop.mart_customer_month order by 1, 2"
        #expect(
            try await dock.rows(all)
                == ["2024-01-01|c1|2|∅", "2024-01-01|c2|1|∅", "2024-02-01|c2|1|∅"]
        )
        for (ordinal, _) in load.tasks.enumerated() {
            let outcome = await dock.perform(LoadTaskID(load: load.id, ordinal: ordinal))
            #expect(outcome.failure == nil)
        }
        #expect(
            try await dock.rows(all).first == "2024-01-01|c1|2|7.6250000000000000"
        )
        let states =
            "select period, state, reason from longshore.control "
            + "where table_name = 'mart_customer_month' order by 1"
        #expect(
            try await dock.rows(states) == [
                "2024-01|loaded|∅",
                "2024-02|stale|its columns have changed: no more `amount`; new `mean`; `sales` was "
                    + "`bigint`, is `numeric`",
            ]
        )
        try await dock.load(definition(monthly: changed), periods: "2024-02")
        #expect(try await dock.rows(states) == ["2024-01|loaded|∅", "2024-02|loaded|∅"])
    }

    @Test("a value of a mart that cannot be converted is null until it is computed anew")
    func notConverted() async throws {
        let dock = try await Dock(Shop.files)
        let words = "select 'many' as sales from mart_customer_month limit 1"
        try await dock.load(definition(total: words))
        let load = try await dock.create(definition())
        #expect(try await dock.rows("select sales from shop.mart_total") == ["∅"])
        for ordinal in load.tasks.indices {
            _ = await dock.perform(LoadTaskID(load: load.id, ordinal: ordinal))
        }
        #expect(try await dock.rows("select sales from shop.mart_total") == ["3"])
    }

    @Test("a mart that was whole and is computed by period now is made anew")
    func wholeThenByPeriod() async throws {
        let dock = try await Dock(Shop.files)
        func definition(_ keys: String) throws -> Definition {
            try Shop.definition(
                others: "marts: { n: { sql: n.sql\(keys) } }",
                marts: ["n.sql": "select count(*) as n from fact_sale"]
            )
        }
        try await dock.load(definition(""), periods: "2024-01..2024-02")
        #expect(try await dock.load(definition(", per: period")).failures == [])
        #expect(try await dock.rows("select * from shop.mart_n") == ["2024-01-01|4"])
        #expect(try await dock.load(definition("")).failures == [])
        #expect(try await dock.rows("select * from shop.mart_n") == ["4"])
        #expect(
            try await dock.rows("select period from longshore.control where kind = 'mart'") == [""]
        )
    }

    @Test("a mart whose periods have another length is made anew, like its fact")
    func changedPeriods() async throws {
        let dock = try await Dock(Shop.files)
        try await dock.load(definition(), periods: "2024-01..2024-02")
        var files = try definition().bundle.files
        let yaml = (files.removeValue(forKey: "pipeline.yaml") ?? "")
            .replacing("grain: month, start: 2024-01", with: "grain: quarter, start: 2024-Q1")
        let february = Shop.february.split(separator: "\n").dropFirst().joined(separator: "\n")
        try dock.write("sales_2024-Q1.csv", Shop.january + february + "\n")
        let quarterly = try Definition.text(yaml, files: files)
        let problem = try #require(
            await dock.problem { try await dock.create(quarterly, periods: "2024-Q1") }
        )
        #expect(
            problem == """
                the table `shop.fact_sale` does not fit the definition: it has a partition from 2024-01-01 \
                to 2024-02-01, which is no quarter. It has to be loaded anew: `fact_sale`: 2 periods, \
                `2024-01` to `2024-02`. Longshore does not destroy data by itself; this would do it:
                    drop table "shop"."fact_sale";
                    delete from longshore.control where schema_name = 'shop' and table_name = 'fact_sale';
                    -- then: longshore load FOLDER
                """
        )
        for line in problem.split(separator: "\n").dropFirst() where !line.contains("-- ") {
            try await dock.connection.query(SQL(raw: String(line)))
        }
        #expect(try await dock.load(quarterly, periods: "2024-Q1").failures == [])
        #expect(try await dock.rows(months) == ["2024-01-01|c1|2|15.25", "2024-01-01|c2|2|27.50"])
    }

    @Test("a mart whose SQL fails leaves its old rows")
    func failing() async throws {
        let dock = try await Dock(Shop.files)
        let total = "select 10 / (5 - count(*)) as sales from fact_sale"
        try await dock.load(definition(total: total))
        #expect(try await dock.rows("select sales from shop.mart_total") == ["5"])
        try dock.write(
            "sales_2024-01.csv",
            Shop.january + "s7,2024-01-07,c1,1\ns8,2024-01-08,c1,1\n"
        )
        let load = try await dock.load(definition(total: total))
        #expect(load.failure("total")?.code == "postgres.22012")
        #expect(try await dock.rows("select sales from shop.mart_total") == ["5"])
    }
}
