import Pipelines
import Planning
import Postgres
import TestSupport
import Testing
import Warehouse

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

    @Test("a mart whose columns changed is refused with the SQL that would change it")
    func changed() async throws {
        let dock = try await Dock(Shop.files)
        try await dock.load(definition())
        let changed = Self.monthly.replacing("sum(amount) as amount", with: "avg(amount) as mean")
        let problem = await dock.problem { try await dock.create(definition(monthly: changed)) }
        #expect(
            problem == """
                the table `shop.mart_customer_month` does not fit the definition: its columns are not \
                those that its SQL gives now (no more `amount`; new `mean`). Longshore does not destroy \
                data by itself; this would do it:
                    drop table "shop"."mart_customer_month";
                    -- then: longshore load FOLDER --periods 2024-01
                """
        )
    }

    @Test("a mart whose periods have another length is made anew, like its fact")
    func changedPeriods() async throws {
        let dock = try await Dock(Shop.files)
        try await dock.load(definition(), periods: "2024-01..2024-02")
        var files = try definition().bundle.files
        let yaml = (files.removeValue(forKey: "pipeline.yaml") ?? "")
            .replacing("grain: month, start: 2024-01", with: "grain: quarter, start: 2024-Q1")
            .replacing("sales_{period}", with: "sales_*")
        let quarterly = try Definition.text(yaml, files: files)
        let problem = try #require(
            await dock.problem { try await dock.create(quarterly, periods: "2024-Q1") }
        )
        #expect(
            problem == """
                the table `shop.fact_sale` does not fit the definition: it has a partition from 2024-01-01 \
                to 2024-02-01, which is no quarter. It has to be loaded anew: `fact_sale`: 2 periods, \
                `2024-01` to `2024-02`. Besides, the table `shop.mart_customer_month` does not fit the \
                definition: it has rows of the period `2024-01`, which is no quarter. Longshore does not \
                destroy data by itself; this would do it:
                    drop table "shop"."fact_sale";
                    delete from longshore.control where schema_name = 'shop' and table_name = 'fact_sale';
                    drop table "shop"."mart_customer_month";
                    delete from longshore.control where schema_name = 'shop' and table_name = \
                'mart_customer_month';
                    -- then: longshore load FOLDER
                """
        )
        for line in problem.split(separator: "\n").dropFirst() where !line.contains("-- ") {
            try await dock.connection.query(String(line))
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
