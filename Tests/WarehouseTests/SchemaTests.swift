import Pipelines
import Planning
import Postgres
import TestSupport
import Testing
import Warehouse

@Suite("Tables and changed definitions", .serialized)
struct SchemaTests {
    @Test("a column that the definition gains is added and filled from then on")
    func addedColumn() async throws {
        let dock = try await Dock(Shop.files)
        try await dock.load(Shop.definition(), periods: "2024-01..2024-02")
        let sale = Shop.sale(
            amount:
                "amount: { type: \"decimal(12,2)\" }\n      note: { type: text, required: true }"
        )
        try dock.write(
            "sales_2024-01.csv",
            "sale_id,sold_on,customer_id,amount,note\ns1,2024-01-05,c1,1,hello\n"
        )
        #expect(try await dock.load(Shop.definition(sale: sale)).failures == [])
        #expect(
            try await dock.rows("select sale_id, amount, note from shop.fact_sale order by 1")
                == ["s1|1.00|hello", "s4|7.00|∅"]
        )
    }

    @Test("a reference that the definition gains points to the unknown member in old rows")
    func addedReference() async throws {
        let dock = try await Dock(Shop.files)
        try await dock.load(Shop.definition(), periods: "2024-01..2024-02")
        let sale = Shop.sale(
            amount:
                "amount: { type: integer }\n      payer: { references: customer, from: customer_id }"
        )
        let problem = await dock.problem { try await dock.create(Shop.definition(sale: sale)) }
        #expect(problem?.contains("`amount` is `numeric(12,2)`") == true)
        let fitting = sale.replacing("{ type: integer }", with: "{ type: \"decimal(12,2)\" }")
        #expect(try await dock.load(Shop.definition(sale: fitting)).failures == [])
        #expect(
            try await dock.rows(
                "select sale_id, payer_key = customer_key as same, payer_key = -1 as unknown "
                    + "from shop.fact_sale order by 1"
            ) == ["s1|t|f", "s2|t|f", "s3|t|f", "s4|f|t"]
        )
    }

    @Test("a column with `index` has one in every partition, also in those that are swapped in")
    func indexedColumns() async throws {
        let dock = try await Dock(Shop.files)
        try await dock.load(Shop.definition(), periods: "2024-01..2024-02")
        let sale = Shop.sale(
            amount: "amount: { type: \"decimal(12,2)\", index: true }",
            expect: "reload: swap"
        )
        let rows = (0..<10_500).map { "x\($0),2024-01-05,c1,1\n" }.joined()
        for _ in 0..<2 {
            try dock.write("sales_2024-01.csv", "sale_id,sold_on,customer_id,amount\n" + rows)
            #expect(try await dock.load(Shop.definition(sale: sale)).failures == [])
        }
        try dock.write(
            "sales_2024-03.csv",
            "sale_id,sold_on,customer_id,amount\ny,2024-03-05,c1,1\n"
        )
        try await dock.load(Shop.definition(sale: sale), periods: "2024-03")
        #expect(
            try await dock.rows(
                """
                select indexname from pg_indexes
                where schemaname = 'shop' and indexdef like '%(amount)' order by 1
                """
            ) == [
                "fact_sale_2024_01_amount_idx", "fact_sale_2024_02_amount_idx",
                "fact_sale_2024_03_amount_idx", "fact_sale_amount_idx",
            ]
        )
    }

    @Test("a column that is required no more may be null in every partition")
    func requiredNoMore() async throws {
        let dock = try await Dock(Shop.files)
        try await dock.load(Shop.definition(), periods: "2024-01")
        let optional = Shop.sale(amount: "amount: { type: \"decimal(12,2)\" }")
        try dock.write("sales_2024-01.csv", Shop.january.replacing("10.00", with: ""))
        #expect(try await dock.load(Shop.definition(sale: optional)).failures == [])
        #expect(
            try await dock.row("select count(*) from shop.fact_sale where amount is null") == "1"
        )
    }

    @Test("a column that was added as required, and is so no more, may be null")
    func addedThenOptional() async throws {
        let dock = try await Dock(Shop.files)
        let amount = "amount: { type: \"decimal(12,2)\" }\n      "
        try await dock.load(Shop.definition(sale: Shop.sale(amount: amount)), periods: "2024-02")
        func january(_ note: String) throws {
            try dock.write(
                "sales_2024-01.csv",
                "sale_id,sold_on,customer_id,amount,note\ns1,2024-01-05,c1,1,\(note)\n"
            )
        }
        try january("hello")
        let required = Shop.sale(amount: amount + "note: { type: text, required: true }")
        #expect(try await dock.load(Shop.definition(sale: required)).failures == [])
        try january("")
        let optional = Shop.sale(amount: amount + "note: { type: text }")
        #expect(try await dock.load(Shop.definition(sale: optional)).failures == [])
    }

    @Test("a changed type is refused with the SQL that would change it, and nothing is created")
    func changedType() async throws {
        let dock = try await Dock(Shop.files)
        try await dock.load(Shop.definition())
        let sale = Shop.sale(amount: "amount: { type: integer }")
        let problem = await dock.problem { try await dock.create(Shop.definition(sale: sale)) }
        #expect(
            problem == """
                the table `shop.fact_sale` does not fit the definition: its column `amount` is \
                `numeric(12,2)`, the definition says `bigint`. Longshore does not destroy data by \
                itself; this would do it:
                    alter table "shop"."fact_sale" alter column "amount" type bigint \
                using "amount"::bigint;
                """
        )
        #expect(try await dock.row("select count(*) from longshore.load") == "1")
    }

    @Test("a changed grain is refused with the SQL that would change it")
    func changedGrain() async throws {
        let dock = try await Dock(Shop.files)
        try await dock.load(Shop.definition())
        let sale = Shop.sale(grain: "[sale_id, customer]")
        let problem = await dock.problem { try await dock.create(Shop.definition(sale: sale)) }
        #expect(
            problem == """
                the table `shop.fact_sale` does not fit the definition: its rows are identified by \
                (period, sale_id), the definition says (period, sale_id, customer_key). It has to be \
                loaded anew: `fact_sale`: 1 period, `2024-01`. Longshore does not destroy data by \
                itself; this would do it:
                    drop table "shop"."fact_sale";  -- then load every period again
                """
        )
    }

    @Test("periods of another length are refused with the SQL that would change them")
    func changedPeriods() async throws {
        let dock = try await Dock(Shop.files)
        try await dock.load(Shop.definition())
        let bundle = try Shop.definition().bundle
        let yaml = bundle.files["pipeline.yaml"] ?? ""
        let daily = try Definition.text(
            yaml.replacing("grain: month, start: 2024-01", with: "grain: day, start: 2024-01-01")
        )
        let problem = await dock.problem { try await dock.create(daily, periods: "2024-01-15") }
        #expect(
            problem == """
                the table `shop.fact_sale` does not fit the definition: it has a partition from \
                2024-01-01 to 2024-02-01, which is no day. Longshore does not destroy data by \
                itself; this would do it:
                    drop table "shop"."fact_sale";  -- then load every period again
                """
        )
        try await dock.connection.query("drop table shop.fact_sale")
        try await dock.create(daily, periods: "2024-01-15")
    }

    @Test("a column that the definition loses is refused with the SQL that would drop it")
    func lostColumn() async throws {
        let dock = try await Dock(Shop.files)
        try await dock.load(Shop.definition())
        let sale = Shop.sale(amount: "")
        let problem = await dock.problem { try await dock.create(Shop.definition(sale: sale)) }
        #expect(
            problem == """
                the table `shop.fact_sale` does not fit the definition: the definition has no column \
                `amount` any more. Longshore does not destroy data by itself; this would do it:
                    alter table "shop"."fact_sale" drop column "amount";
                """
        )
    }

    @Test("a column that is dropped behind our back fails the task and is named")
    func droppedColumn() async throws {
        let dock = try await Dock(Shop.files)
        let load = try await dock.create(Shop.definition())
        #expect(await dock.perform(load.task("customer")).failure == nil)
        try await dock.connection.query("alter table shop.fact_sale drop column amount")
        let failure = try #require(await dock.perform(load.task("sale 2024-01")).failure)
        #expect(failure.message.contains("amount"))
        #expect(failure.isRetryable == false)
    }

    @Test("tables and columns carry the definition's descriptions")
    func comments() async throws {
        let dock = try await Dock(Shop.files)
        let customer = Shop.customer.replacing(
            "name: { type: text }",
            with: "name: { type: text, description: \"The customer's name\" }"
        )
        try await dock.create(Shop.definition(customer: customer))
        #expect(
            try await dock.rows(
                """
                select attname, col_description(attrelid, attnum) as comment from pg_attribute
                where attrelid = 'shop.dim_customer'::regclass and attnum in (1, 3) order by attnum
                """
            ) == [
                "customer_key|Surrogate key; -1 is the unknown member", "name|The customer's name",
            ]
        )
    }
}
