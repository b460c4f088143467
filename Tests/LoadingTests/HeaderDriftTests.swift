import Inquiry
import Ledger
import Pipelines
import Planning
import StarSchema
import TestSupport
import Testing
import WarehouseTestSupport
import Words

@Suite("Files of one pattern with other columns")
struct HeaderDriftTests {
    /// A dimension and a fact read from the same monthly files.
    private static func definition(channel: String = "") throws -> Definition {
        try .text(
            """
            pipeline: shop
            period: { grain: month, start: 2024-01 }
            sources: { drops: { files: data } }
            dimensions:
              customer:
                from: { source: drops, csv: "orders_*.csv" }
                key: customer_id
                columns:
                  customer_id: { type: text, required: true }
                  customer_name: { type: text }
            facts:
              order:
                from: { source: drops, csv: "orders_{period}.csv" }
                period: ordered_on
                grain: [order_id]
                columns:
                  order_id: { type: text, required: true }
                  ordered_on: { type: date, required: true }
                  customer: { references: customer, from: customer_id }
                  amount: { type: "decimal(10,2)", required: true, min: 0 }
                  \(channel)
            """
        )
    }

    private static let january = """
        order_id,ordered_on,customer_id,customer_name,amount
        A-1,2024-01-03,c1,Ana,120.50
        A-2,2024-01-04,c2,Luis,80.00

        """
    private static let february = """
        channel,amount,ordered_on,customer_id,order_id
        web,9.00,2024-02-03,c3,A-9
        web,-1,2024-02-04,c3,A-10

        """
    private static let channel = "channel: { type: text }"

    private func dock(_ files: [String: String] = [:]) async throws -> Dock {
        try await Dock(
            ["orders_2024-01.csv": Self.january, "orders_2024-02.csv": Self.february]
                .merging(files) { $1 }
        )
    }

    private static let customers =
        "select customer_id, customer_name from shop.dim_customer where customer_key > 0 order by 1"

    @Test("each file is read by its own header, and what one lacks is empty and told")
    func loaded() async throws {
        let dock = try await dock()
        let load = try await dock.load(
            Self.definition(channel: Self.channel),
            periods: "2024-01..2024-02"
        )
        #expect(load.failures == [])
        #expect(try await dock.rows(Self.customers) == ["c1|Ana", "c2|Luis", "c3|∅"])
        #expect(
            try await dock.rows(
                "select order_id, amount, channel from shop.fact_order order by order_id"
            ) == ["A-1|120.50|∅", "A-2|80.00|∅", "A-9|9.00|web"]
        )
        #expect(
            try await dock.rows(
                "select table_name, period, warnings[1] from longshore.task "
                    + "where warnings[1] like '%has no column%' order by 1, 2"
            ) == [
                "dim_customer||`orders_2024-02.csv` has no column `customer_name`, which is empty "
                    + "there",
                "fact_order|2024-01|`orders_2024-01.csv` has no column `channel`, which is empty "
                    + "there",
            ]
        )
    }

    @Test("a file without a column that rows need is refused, naming both")
    func refused() async throws {
        let dock = try await dock([
            "orders_2024-02.csv": "order_id,ordered_on,amount\nA-9,2024-02-03,1\n",
            "orders_2024-03.csv": "order_id,ordered_on,customer_id\nA-9,2024-03-03,c1\n",
        ])
        let load = try await dock.load(Self.definition(), periods: "2024-01..2024-03")
        let customer = try #require(load.failure("customer"))
        #expect(
            customer.message.contains(
                "column `customer_id`, which `orders_2024-02.csv` does not have"
            ),
            "\(customer)"
        )
        try dock.write("orders_2024-02.csv", Self.february)
        let again = try await dock.load(Self.definition(), periods: "2024-01..2024-03")
        #expect(again.counts("order 2024-01")?.loaded == 2)
        let march = try #require(again.failure("order 2024-03"))
        #expect(
            march.message.contains("column `amount`, which `orders_2024-03.csv` does not have"),
            "\(march)"
        )
    }

    @Test("a column that no file of the pattern has is a slip, and refused")
    func slip() async throws {
        let dock = try await dock()
        let load = try await dock.load(Self.definition(channel: "chanel: { type: text }"))
        let failure = try #require(load.failure("order 2024-01"))
        #expect(failure.message.contains("`chanel`"), "\(failure)")
    }

    @Test("a reject is shown, exported and replayed under the header of its own file")
    func replayed() async throws {
        let dock = try await dock([
            "orders_2024-01.csv": Self.january + "A-3,2024-01-05,,Eva,7\n",
            "orders_2024-02.csv": Self.february + "web,3,2024-02-05,,A-11\n",
        ])
        try await dock.load(Self.definition(), periods: "2024-01")
        let rows = try await dock.ledger.rejects.rows(RejectFilter(), limit: 10)
            .filter { $0.report.table.hasSuffix("dim_customer") }
        #expect(
            rows.map(\.header) == [
                ["order_id", "ordered_on", "customer_id", "customer_name", "amount"],
                ["channel", "amount", "ordered_on", "customer_id", "order_id"],
            ]
        )
        let sheet = RejectSheet(columns: rows[0].header)
        #expect(
            String(decoding: sheet.line(rows[1]), as: UTF8.self)
                .hasSuffix(
                    ",\"web,3,2024-02-05,,A-11\"\r\n"
                )
        )
        // With a customer of no name of its own, both rows have a key.
        let definition = try Self.definition()
        let changed = try Definition.text(
            (definition.bundle.files["pipeline.yaml"] ?? "")
                .replacing(
                    "customer_id: { type: text, required: true }",
                    with: "customer_id: { type: text, required: true, clean: [{ default: none }] }"
                )
        )
        let (created, load) = try await dock.replay(changed)
        #expect(load?.failures == [])
        #expect(created.rejects > 1)
        #expect(try await dock.rows(Self.customers).suffix(1) == ["none|∅"])
        #expect(load?.counts("customer") == RowCounts(read: 2, loaded: 1, deduplicated: 1))
    }
}
