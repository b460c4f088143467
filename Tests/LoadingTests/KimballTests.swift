import Pipelines
import Planning
import TestSupport
import Testing
import WarehouseTestSupport

/// The shapes of dimensions that Kimball's book teaches, each in a small warehouse.
@Suite("Shapes of dimensions", .serialized)
struct KimballTests {
    private func load(_ tables: String, _ files: [String: String]) async throws -> Dock {
        let dock = try await Dock(files)
        let definition = try Definition.text(
            """
            pipeline: shop
            sources: { drops: { files: data } }
            \(tables)
            """
        )
        #expect(try await dock.load(definition).failures == [])
        #expect(try await dock.load(definition).failures == [])
        return dock
    }

    @Test("role-playing: one dimension stands for the order's day and the day of its shipping")
    func rolePlaying() async throws {
        let dock = try await load(
            """
            dimensions:
              date: { calendar: { from: 2024-01-01, to: 2024-12-31 } }
              agent:
                from: { source: drops, csv: agents.csv }
                key: agent_id
                columns: { agent_id: { type: text, required: true } }
            facts:
              order:
                from: { source: drops, csv: orders.csv }
                grain: [order_id]
                columns:
                  order_id: { type: text, required: true }
                  order_date: { references: date, from: ordered_on }
                  ship_date: { references: date, from: shipped_on, missing: unknown }
                  seller: { references: agent, from: seller }
                  helper: { references: agent, from: helper, missing: unknown }
            """,
            [
                "agents.csv": "agent_id\na1\na2\n",
                "orders.csv": """
                order_id,ordered_on,shipped_on,seller,helper
                o1,2024-01-31,2024-02-02,a1,a2
                o2,2024-02-01,,a2,

                """,
            ]
        )
        #expect(
            try await dock.rows(
                """
                select order_id, o.month_name as ordered, s.month_name as shipped,
                    seller.agent_id as seller, helper.agent_id as helper
                from shop.fact_order
                join shop.dim_date o on o.date_key = order_date_key
                join shop.dim_date s on s.date_key = ship_date_key
                join shop.dim_agent seller on seller.agent_key = seller_key
                join shop.dim_agent helper on helper.agent_key = helper_key order by 1
                """
            ) == ["o1|January|February|a1|a2", "o2|February|∅|a2|∅"]
        )
    }

    @Test("degenerate: the order's number stands in the fact of its lines, and has no table")
    func degenerate() async throws {
        let dock = try await load(
            """
            facts:
              line:
                from: { source: drops, csv: lines.csv }
                grain: [order_number, line]
                columns:
                  order_number: { type: text, required: true }
                  line: { type: integer, required: true }
                  amount: { type: integer }
            """,
            ["lines.csv": "order_number,line,amount\nN7,1,5\nN7,2,6\nN8,1,7\n"]
        )
        #expect(
            try await dock.rows(
                "select order_number, sum(amount) as amount from shop.fact_line group by 1 order by 1"
            ) == ["N7|11", "N8|7"]
        )
        #expect(
            try await dock.rows(
                "select tablename from pg_tables where schemaname = 'shop'"
            ) == ["fact_line"]
        )
    }

    @Test(
        "junk: the flags' combinations that occur are a dimension, filled from the fact's own file"
    )
    func junk() async throws {
        let dock = try await load(
            """
            dimensions:
              flags:
                from: { source: drops, csv: calls.csv }
                key: [is_inbound, outcome]
                columns:
                  is_inbound: { type: boolean, required: true }
                  outcome: { type: text, required: true, clean: [trim, lower, { default: none }] }
            facts:
              call:
                from: { source: drops, csv: calls.csv }
                grain: [call_id]
                columns:
                  call_id: { type: text, required: true }
                  flags: { references: flags, from: [is_inbound, outcome] }
            """,
            [
                "calls.csv": """
                call_id,is_inbound,outcome
                c1,yes,Paid
                c2,no, paid
                c3,true,paid
                c4,0,

                """
            ]
        )
        #expect(
            try await dock.rows(
                """
                select call_id, is_inbound, outcome from shop.fact_call
                join shop.dim_flags using (flags_key) order by 1
                """
            ) == ["c1|t|paid", "c2|f|paid", "c3|t|paid", "c4|f|none"]
        )
        #expect(try await dock.row("select count(*) from shop.dim_flags") == "4")
    }

    @Test("snowflake: a dimension refers to another, and that one to a third")
    func snowflake() async throws {
        let dock = try await load(
            """
            dimensions:
              city:
                from: { source: drops, csv: cities.csv }
                key: code
                columns:
                  code: { type: text, required: true }
                  country: { references: country, from: country }
              country:
                from: { source: drops, csv: countries.csv }
                key: iso
                columns: { iso: { type: text, required: true }, name: { type: text } }
              customer:
                from: { source: drops, csv: customers.csv }
                key: id
                columns:
                  id: { type: text, required: true }
                  city: { references: city, from: city, missing: infer, scd: 2 }
            """,
            [
                "countries.csv": "iso,name\nCO,Colombia\n",
                "cities.csv": "code,country\nBOG,CO\n",
                "customers.csv": "id,city\nc1,BOG\nc2,MDE\n",
            ]
        )
        #expect(
            try await dock.rows(
                """
                select id, code, dim_city.is_inferred, name from shop.dim_customer
                join shop.dim_city using (city_key) join shop.dim_country using (country_key)
                where id is not null order by 1
                """
            ) == ["c1|BOG|f|Colombia", "c2|MDE|t|∅"]
        )
    }
}
