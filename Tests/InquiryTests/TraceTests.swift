import Extraction
import Inquiry
import Ledger
import Loading
import Pipelines
import Planning
import Postgres
import Testing
import WarehouseTestSupport

@Suite("Where a row came from")
struct TraceTests {
    private func value(_ name: String, _ row: TracedRow?) -> String? {
        row?.columns.first { $0.name == name }?.value
    }

    @Test("a view of somebody else in a table's place is refused before it is read")
    func view() async throws {
        let dock = try await Dock(Shop.files)
        try await dock.load(Shop.definition())
        try await dock.connection.script(
            """
            alter table shop.dim_customer rename to dim_customer_aside;
            create view shop.dim_customer as select * from shop.dim_customer_aside;
            alter view shop.dim_customer owner to pg_monitor
            """
        )
        let problem = await dock.problem {
            _ = try await dock.ledger.traces.trace("dim_customer", key: ["c1"])
        }
        #expect(
            problem?.contains("`shop.dim_customer` is no table, and `pg_monitor` owns it") == true,
            "\(problem ?? "")"
        )
    }

    @Test("a fact's row tells its load, task, period, input and definition")
    func fact() async throws {
        let dock = try await Dock(Shop.files)
        let definition = try Shop.definition()
        try await dock.load(definition, periods: "2024-01..2024-02")
        let load = try await dock.load(definition, periods: "2024-02")
        let old = try await dock.ledger.traces.trace("shop.fact_sale", key: ["s2"])
        #expect(old.map(\.load) == [load.id - 1])
        #expect(value("amount", old.first) == "20.50")
        #expect(old.first?.origin?.period == "2024-01")
        let rows = try await dock.ledger.traces.trace("fact_sale", key: ["s4"])
        let origin = try #require(rows.first?.origin)
        #expect(rows.count == 1)
        #expect(rows.first?.load == load.id)
        #expect(origin.task == load.task("sale 2024-02").description)
        #expect(origin.period == "2024-02")
        let digest = "45dd6c32fa5c8f4c"
        #expect(
            origin.input?
                .hasPrefix("sales_2024-02.csv (\(Shop.february.utf8.count) bytes, sha256 \(digest)")
                == true
        )
        #expect(origin.attempt == 1)
        #expect(origin.definition == definition.bundle.digest)
        #expect(origin.worker == "test")
        #expect(origin.requestedBy == "test")
        #expect(origin.committedAt != nil)
    }

    @Test("a dimension's row tells the load that wrote it; a placeholder, who needed it")
    func dimension() async throws {
        var files = Shop.files
        files["sales_2024-01.csv"] = "sale_id,sold_on,customer_id,amount\ns1,2024-01-05,new,1\n"
        let dock = try await Dock(files)
        let load = try await dock.load(Shop.definition(sale: Shop.sale(missing: "infer")))
        let known = try await dock.ledger.traces.trace("dim_customer", key: ["c1"])
        #expect(known.map { value("name", $0) } == ["Ana"])
        #expect(known.first?.origin?.input?.hasPrefix("customers.csv (") == true)
        let inferred = try await dock.ledger.traces.trace("dim_customer", key: ["new"])
        #expect(inferred.map(\.isInferred) == [true])
        #expect(inferred.first?.load == load.id)
        #expect(inferred.first?.origin == nil)
    }

    @Test("every version of a dimension's row is shown, oldest first, each with its load")
    func versions() async throws {
        let customer = """
              customer:
                from: { source: drops, csv: customers.csv }
                key: customer_id
                effective: since
                columns:
                  customer_id: { type: text, required: true }
                  name: { type: text, scd: 2 }
                  since: { type: date, required: true }
            """
        var files = Shop.files
        let header = "customer_id,name,since\nc2,Bo,2020-01-01\n"
        files["customers.csv"] = header + "c1,Ana,2020-01-01\n"
        let dock = try await Dock(files)
        let definition = try Shop.definition(customer: customer)
        let first = try await dock.load(definition)
        try dock.write("customers.csv", header + "c1,Anna,2024-01-20\n")
        let second = try await dock.load(definition)
        let rows = try await dock.ledger.traces.trace("dim_customer", key: ["c1"])
        #expect(rows.map { value("name", $0) } == ["Ana", "Anna"])
        #expect(rows.map { value("is_current", $0) } == ["f", "t"])
        #expect(rows.map(\.load) == [first.id, second.id])
        #expect(rows.map(\.writtenBy) == [second.id, nil])
        #expect(rows.map(\.origin?.task).allSatisfy { $0 != nil })
        // Each with the file that told it.
        #expect(Set(rows.map(\.origin?.input)).count == 2)
        let placed = try await dock.ledger.traces.trace(
            "dim_customer",
            key: ["c1"],
            environment: SourceEnvironment { _ in nil }
        )
        #expect(
            placed.first?.origin?.placesUnknown?.contains("`customers.csv` is not the file") == true
        )
        #expect(placed.last?.origin?.places?.map(\.line) == [3])
    }

    @Test("a fact's row tells its line, for as long as its file is the same")
    func line() async throws {
        let dock = try await Dock(Shop.files)
        try await dock.load(Shop.definition())
        func origin() async throws -> TracedRow.Origin? {
            try await dock.ledger
                .traces.trace("fact_sale", key: ["s2"], environment: SourceEnvironment { _ in nil })
                .first?
                .origin
        }
        let places = try await origin()?.places
        #expect(places?.map { "\($0.input):\($0.line)" } == ["sales_2024-01.csv:3"])
        #expect(
            try await dock.ledger.traces.trace("fact_sale", key: ["s2"]).first?.origin?.places
                == nil
        )
        try dock.write("sales_2024-01.csv", Shop.january + "s9,2024-01-07,c1,1\n")
        let changed = try await origin()
        #expect(changed?.places == nil)
        #expect(
            changed?.placesUnknown?
                .hasPrefix("`sales_2024-01.csv` is not the file any more that the")
                == true
        )
    }

    @Test("a reference in the grain is named by the business key of what it refers to")
    func referenceInGrain() async throws {
        let dock = try await Dock(Shop.files)
        try await dock.load(Shop.definition(sale: Shop.sale(grain: "[sold_on, customer]")))
        let rows = try await dock.ledger.traces.trace("fact_sale", key: ["2024-01-06", "c2"])
        #expect(rows.map { value("sale_id", $0) } == ["s2"])
        #expect(
            await dock.problem {
                _ = try await dock.ledger.traces.trace("fact_sale", key: ["2024-01-06", "c1"])
            } == "no row of `shop.fact_sale` has the key `2024-01-06`, `c1`"
        )
    }

    @Test("a wrong table, a wrong number of values and a value of the wrong type are told in words")
    func mistakes() async throws {
        let dock = try await Dock(Shop.files)
        try await dock.load(Shop.definition(sale: Shop.sale(grain: "[sold_on, customer]")))
        func problem(_ table: String, _ key: [String]) async -> String? {
            await dock.problem { _ = try await dock.ledger.traces.trace(table, key: key) }
        }
        #expect(
            await problem("fact_sail", ["x"])
                == "rows of `fact_sail` cannot be traced: no pipeline loads such a table: "
                + "`longshore periods` and `status LOAD` show them"
        )
        #expect(
            await problem("fact_sale", ["x"])
                == "rows of `fact_sale` cannot be traced: its rows are identified by `sold_on`, "
                + "`customer.customer_id`: give a value for each (given: 1)"
        )
        #expect(
            await problem("fact_sale", ["soon", "c1"])
                == "rows of `shop.fact_sale` cannot be traced: a value of the key is not of its "
                + "column's type: `sold_on` is date, `customer.customer_id` is text"
        )
    }

    @Test(
        "a key that no row has names the reject that holds it, and not one that holds a part of it"
    )
    func rejected() async throws {
        let dock = try await Dock(Shop.files)
        try dock.write(
            "sales_2024-01.csv",
            Shop.january + "s4,2024-01-07,c1,-1\ns44,2024-01-07,c1,-1\na.b,2024-01-07,c1,-1\n"
        )
        try await dock.load(Shop.definition())
        func problem(_ key: String) async -> String? {
            await dock.problem { _ = try await dock.ledger.traces.trace("fact_sale", key: [key]) }
        }
        let number = try await dock.row("select id from longshore.reject where line = 5")
        #expect(
            await problem("s4")
                == "no row of `shop.fact_sale` has the key `s4`; line 5 of `sales_2024-01.csv` holds it, "
                + "and was rejected in load 1 by the rule `min` (open): `longshore rejects show \(number)`"
        )
        #expect(await problem("a.b")?.contains("line 7 of") == true)
        #expect(await problem("a_b") == "no row of `shop.fact_sale` has the key `a_b`")
        #expect(await problem("ñ'") == "no row of `shop.fact_sale` has the key `ñ'`")
    }

    @Test("a reject holds a key in the field of its column, and in no other one")
    func rejectedField() async throws {
        let amount = "amount: { type: integer, required: true }"
        let sale = Shop.sale(amount: amount)
            .replacing("sale_id: { type: text,", with: "sale_id: { type: integer,")
        let dock = try await Dock(Shop.files)
        let header = "amount,sale_id,sold_on,customer_id\n"
        try dock.write(
            "sales_2024-01.csv",
            header + "1,7,2024-01-05,c1\nx 1,5,2024-01-05,c1\n2 x,\" 6 \",2024-01-05,c1\n"
                + "3,8 a,2024-01-05,c1\n4,9,2024-01-05\n"
        )
        #expect(try await dock.load(Shop.definition(sale: sale)).failures == [])
        func problem(_ key: String) async -> String {
            await dock.problem { _ = try await dock.ledger.traces.trace("fact_sale", key: [key]) }
                ?? ""
        }
        #expect(await problem("1") == "no row of `shop.fact_sale` has the key `1`")
        #expect(await problem("5").contains("; line 3 of `sales_2024-01.csv` holds it, and was"))
        #expect(await problem("6").contains("; line 4 of `sales_2024-01.csv` holds it, and was"))
        // Neither is read as a number, nor has every column: nobody knows what they were to be.
        #expect(await problem("8").contains("; line 5 of `sales_2024-01.csv` may hold it, and was"))
        #expect(await problem("9").contains("; line 6 of `sales_2024-01.csv` may hold it, and was"))
        try await dock.connection.query("update longshore.task set header = null")
        #expect(await problem("1").contains("; line 3 of `sales_2024-01.csv` may hold it, and was"))
    }

    @Test("a task that failed before tells which attempt it was")
    func attempts() async throws {
        let dock = try await Dock(Shop.files)
        let load = try await dock.create(Shop.definition())
        let failure = TaskFailure(code: "test", message: "it failed", isRetryable: true)
        let task = load.task("customer")
        _ = try await dock.loader.record(failure, of: task, by: "test", policy: RetryPolicy())
        try await dock.connection.query("update longshore.task set retry_at = clock_timestamp()")
        _ = await dock.perform(task)
        let rows = try await dock.ledger.traces.trace("dim_customer", key: ["c1"])
        #expect(rows.first?.origin?.attempt == 2)
    }

    @Test("a mart tells its load, its task and the loads of what it reads")
    func mart() async throws {
        let dock = try await Dock(Shop.files)
        let definition = try Shop.definition(
            others: """
                marts:
                  monthly: { sql: monthly.sql, per: period }
                  total: { sql: total.sql }
                """,
            marts: [
                "monthly.sql": "select count(*) as n from fact_sale where period = :period_start",
                "total.sql": "select sum(n) as n from mart_monthly",
            ]
        )
        let first = try await dock.load(definition, periods: "2024-01")
        let second = try await dock.load(definition, periods: "2024-02")
        let january = try await dock.ledger.traces.trace("mart_monthly", key: ["2024-01"])
        #expect(january.map(\.load) == [first.id])
        #expect(january.first?.origin?.task == first.task("monthly 2024-01").description)
        #expect(january.first?.reads.map(\.table) == ["fact_sale"])
        #expect(january.first?.reads.map(\.load) == [first.id])
        let total = try await dock.ledger.traces.trace("mart_total", key: [])
        #expect(total.map(\.load) == [second.id])
        #expect(total.first?.reads.map(\.load) == [second.id])
        func problem(_ table: String, _ key: [String]) async -> String? {
            await dock.problem { _ = try await dock.ledger.traces.trace(table, key: key) }
        }
        #expect(
            await problem("mart_monthly", ["2024-03"])
                == "no row of `shop.mart_monthly` has the key `2024-03`; `longshore periods` shows what "
                + "is loaded"
        )
        #expect(
            await problem("mart_total", ["x"])?.hasSuffix("it is computed whole: give no key")
                == true
        )
    }

    @Test("a composite key is named by its parts in their order")
    func composite() async throws {
        let customer = """
              customer:
                from: { source: drops, csv: customers.csv }
                key: [country, number]
                columns:
                  number: { type: integer, required: true }
                  country: { type: text, required: true }
                  name: { type: text }
            """
        let dock = try await Dock(["customers.csv": "country,number,name\nCO,7,Ana\nPE,7,Bo\n"])
        let sale = Shop.sale().replacing("from: customer_id", with: "from: [country, number]")
        let load = try await dock.create(Shop.definition(customer: customer, sale: sale))
        _ = await dock.perform(load.task("customer"))
        let rows = try await dock.ledger.traces.trace("dim_customer", key: ["PE", "7"])
        #expect(rows.map { value("name", $0) } == ["Bo"])
    }
}
