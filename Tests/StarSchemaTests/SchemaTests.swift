import Inquiry
import Pipelines
import Planning
import Postgres
import TestSupport
import Testing
import WarehouseTestSupport

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
                using case when "amount" = trunc("amount") then "amount"::bigint \
                else ("amount" || ' has decimals')::bigint end;
                    -- or, to have `amount` as its source tells it: alter table "shop"."fact_sale" \
                drop column "amount"; and load it again
                """
        )
        #expect(try await dock.row("select count(*) from longshore.load") == "1")
    }

    @Test("a type that Postgres does not convert by itself is changed by way of text")
    func typeWithoutCast() async throws {
        let dock = try await Dock(Shop.files)
        func definition(_ type: String) throws -> Definition {
            try Shop.definition(
                sale: Shop.sale(
                    amount: "amount: { type: \(type), clean: [{ default: 1 }], from: x }"
                )
            )
        }
        try dock.write("sales_2024-01.csv", "sale_id,sold_on,customer_id,x\ns1,2024-01-05,c1,1\n")
        for (type, value) in [("integer", "1"), ("boolean", "t"), ("text", "true")] {
            if let problem = await dock.problem({ try await dock.create(definition(type)) }) {
                try await run(problem, at: dock)
            }
            if type == "text" { break }
            #expect(try await dock.load(definition(type)).failures == [])
            #expect(try await dock.row("select amount from shop.fact_sale") == value)
        }
        #expect(try await dock.row("select amount from shop.fact_sale") == "true")
    }

    /// Runs what a refusal says would do it.
    private func run(_ problem: String, at dock: Dock) async throws {
        for line in problem.split(separator: "\n").dropFirst() where !line.contains("-- ") {
            try await dock.connection.query(SQL(raw: String(line)))
        }
    }

    @Test("everything that does not fit is told at once, with all statements, which do it")
    func manyChanges() async throws {
        let dock = try await Dock(Shop.files)
        try await dock.load(Shop.definition())
        let changed = try Shop.definition(
            customer: Shop.customer.replacing(
                "name: { type: text }",
                with: "size: { type: text, from: name }"
            ),
            sale: Shop.sale(amount: "price: { type: integer, from: sale_id, clean: [digits] }")
        )
        let problem = try #require(await dock.problem { try await dock.create(changed) })
        #expect(
            problem == """
                the table `shop.dim_customer` does not fit the definition: the definition has no column \
                `name` any more, and `size` is new: it may be the same under another name. Besides, the \
                table `shop.fact_sale` does not fit the definition: the \
                definition has no column `amount` any more. Longshore does not destroy data by itself; \
                this would do it:
                    alter table "shop"."dim_customer" drop column "name";
                    -- the next load adds `size`, and has to fill it: `dim_customer`, whole
                    -- or, only if `size` is `name` under another name (nothing has to be loaded again \
                then): alter table "shop"."dim_customer" rename column "name" to "size";
                    alter table "shop"."fact_sale" drop column "amount";
                """
        )
        try await run(problem, at: dock)
        #expect(try await dock.load(changed).failures == [])
    }

    @Test(
        "another key of a dimension has its facts loaded again, which point to nobody else meanwhile"
    )
    func changedKey() async throws {
        let dock = try await Dock(Shop.files)
        try await dock.load(Shop.definition(), periods: "2024-01..2024-02")
        let before = try await dock.row("select max(customer_key) from shop.dim_customer")
        let customer = Shop.customer
            .replacing("key: customer_id", with: "key: [code, name]")
            .replacing(
                "customer_id: { type: text, required: true }",
                with: "code: { type: text, required: true, from: customer_id }"
            )
            .replacing("name: { type: text }", with: "name: { type: text, required: true }")
        let changed = try Shop.definition(
            customer: customer,
            sale: Shop.sale()
                .replacing("from: customer_id", with: "from: [customer_id, name]")
        )
        let problem = try #require(await dock.problem { try await dock.create(changed) })
        #expect(
            problem == """
                the table `shop.dim_customer` does not fit the definition: its rows are identified by \
                (customer_id), the definition says (code, name). It has to be loaded anew, and with it \
                `fact_sale`: 2 periods, `2024-01` to `2024-02`. Longshore does not destroy data by itself; \
                this would do it:
                    truncate "shop"."dim_customer";
                    update longshore.control set state = 'stale', reason = 'dim_customer was emptied' \
                where schema_name = 'shop' and table_name in ('fact_sale') and state = 'loaded';
                    -- then: longshore load FOLDER --stale
                """
        )
        try await run(problem, at: dock)
        let states = try await dock.due(changed.pipeline).states
        #expect(states == [.stale: ["2024-01", "2024-02"]])
        for month in ["2024-01", "2024-02"] {
            try dock.write(
                "sales_\(month).csv",
                "sale_id,sold_on,customer_id,name,amount\ns9,\(month)-05,c1,Ana,1\n"
            )
        }
        #expect(try await dock.load(changed).failures == [])
        // What February's rows point to is gone, and nobody else has its key.
        #expect(
            try await dock.rows(
                """
                select period, customer_key > \(before), code from shop.fact_sale
                left join shop.dim_customer using (customer_key) order by 1
                """
            ) == ["2024-01-01|t|c1", "2024-02-01|f|∅"]
        )
    }

    @Test("another key of a dimension has those loaded again that reference it, with their facts")
    func changedKeyOfOutrigger() async throws {
        let dock = try await Dock(Shop.files)
        let region = """
              region:
                from: { source: drops, csv: regions.csv }
                key: code
                columns:
                  code: { type: text, required: true }
                  name: { type: text, required: true }

            """
        let customer =
            Shop.customer
            + "\n      region: { references: region, from: region, missing: infer, scd: 2 }"
        try dock.write("regions.csv", "code,name\nn,North\n")
        try dock.write("customers.csv", "customer_id,name,region\nc1,Ana,n\nc2,Bo,n\n")
        try await dock.load(Shop.definition(customer: region + customer))
        let changed = try Shop.definition(
            customer: region.replacing("key: code", with: "key: name") + customer
        )
        let problem = try #require(await dock.problem { try await dock.create(changed) })
        #expect(
            problem == """
                the table `shop.dim_region` does not fit the definition: its rows are identified by \
                (code), the definition says (name). It has to be loaded anew, and with it `dim_customer`, \
                whole; `fact_sale`: 1 period, `2024-01`. Longshore does not destroy data by itself; this \
                would do it:
                    truncate "shop"."dim_customer", "shop"."dim_customer_observed", "shop"."dim_region";
                    update longshore.control set state = 'stale', reason = 'dim_region was emptied' \
                where schema_name = 'shop' and table_name in ('fact_sale') and state = 'loaded';
                    -- then: longshore load FOLDER --stale
                """
        )
        try await run(problem, at: dock)
        #expect(try await dock.load(changed).failures == [])
        #expect(
            try await dock.row(
                "select count(*) from shop.fact_sale join shop.dim_customer using (customer_key) "
                    + "join shop.dim_region using (region_key)"
            ) == "3"
        )
    }

    @Test("a fact that is loaded whole from now on, or by period, is refused with SQL that does it")
    func changedPartitions() async throws {
        let dock = try await Dock(Shop.files)
        let byPeriod = try Shop.definition()
        let whole = try Shop.definition(
            sale: Shop.sale().replacing("    period: sold_on\n", with: "")
                .replacing("sales_{period}", with: "sales_*")
        )
        try await dock.load(byPeriod)
        let problem = try #require(await dock.problem { try await dock.create(whole) })
        #expect(problem.contains("it is cut by period, the definition loads it whole"))
        try await run(problem, at: dock)
        #expect(try await dock.load(whole).failures == [])
        let back = try #require(await dock.problem { try await dock.create(byPeriod) })
        #expect(back.contains("it is loaded whole, the definition cuts it by period"))
        try await run(back, at: dock)
        #expect(try await dock.due(byPeriod.pipeline).states == [:])
        #expect(try await dock.load(byPeriod).failures == [])
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
                    drop table "shop"."fact_sale";
                    update longshore.control set state = 'stale', reason = 'fact_sale was dropped' \
                where schema_name = 'shop' and table_name in ('fact_sale') and state = 'loaded';
                    -- then: longshore load FOLDER --stale
                """
        )
        try await run(problem ?? "", at: dock)
        #expect(
            try await dock.due(Shop.definition().pipeline).states == [
                .stale: ["2024-01"]
            ]
        )
        #expect(try await dock.load(Shop.definition(sale: sale)).failures == [])
    }

    @Test("a grain whose column may only have another name is offered the rename, too")
    func renamedGrain() async throws {
        let dock = try await Dock(Shop.files)
        try await dock.load(Shop.definition())
        let sale = Shop.sale(grain: "[number]")
            .replacing("sale_id: { type: text,", with: "number: { from: sale_id, type: text,")
        let renamed = try Shop.definition(sale: sale)
        let problem = try #require(await dock.problem { try await dock.create(renamed) })
        let offer =
            "    -- or, only if `number` is `sale_id` under another name (the table and its rows stay "
            + "then): "
        let rename =
            #"alter table "shop"."fact_sale" rename column "sale_id" to "number";"#
        #expect(problem.hasSuffix("\n" + offer + rename), "\(problem)")
        #expect(problem.contains(#"    drop table "shop"."fact_sale";"#))
        try await dock.connection.script(SQL(raw: rename))
        #expect(try await dock.due(renamed.pipeline).changes == [])
        #expect(try await dock.load(renamed).failures == [])
        #expect(
            try await dock.rows("select number from shop.fact_sale order by 1") == [
                "s1", "s2", "s3",
            ]
        )
    }

    @Test("a grain that has another type, or another column besides, is offered no rename")
    func otherGrain() async throws {
        let dock = try await Dock(Shop.files)
        try await dock.load(Shop.definition())
        let number = "number: { from: sale_id, type: text,"
        let others = [
            Shop.sale(grain: "[number]")
                .replacing(
                    "sale_id: { type: text,",
                    with: "number: { from: sale_id, type: integer,"
                ),
            Shop.sale(grain: "[number, customer]")
                .replacing("sale_id: { type: text,", with: number),
        ]
        for sale in others {
            let problem = await dock.problem {
                try await dock.create(Shop.definition(sale: sale))
            }
            #expect(problem?.contains("drop table") == true, "\(problem ?? "")")
            #expect(problem?.contains("rename column") == false, "\(problem ?? "")")
        }
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
                2024-01-01 to 2024-02-01, which is no day. It has to be loaded anew: `fact_sale`: 1 period, \
                `2024-01`. Longshore does not destroy data by itself; this would do it:
                    drop table "shop"."fact_sale";
                    delete from longshore.control where schema_name = 'shop' and table_name = 'fact_sale';
                    -- then: longshore load FOLDER
                """
        )
        try await run(problem ?? "", at: dock)
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

    @Test("a description that breaks out of its quotes would find no statement behind them")
    func hostileComments() async throws {
        let dock = try await Dock(Shop.files)
        let evil = "x\u{600}'; create table public.pwned (a int); --\u{301}"
        let customer = Shop.customer.replacing(
            "name: { type: text }",
            with: "name: { type: text, description: \"\(evil)\" }"
        )
        try await dock.create(Shop.definition(customer: customer))
        let rows = try await dock.rows(
            """
            select to_regclass('public.pwned') is null,
                col_description('shop.dim_customer'::regclass, 3)
            """
        )
        #expect(rows.map { Array($0.utf8) } == [Array("t|\(evil)".utf8)])
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
