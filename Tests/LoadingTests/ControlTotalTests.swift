import BlockingThread
import Extraction
import Ledger
import Loading
import Pipelines
import Planning
import Postgres
import TestSupport
import Testing
import WarehouseTestSupport

@Suite("Control totals")
struct ControlTotalTests {
    private func definition(
        _ totals: String,
        amount: String = "\"decimal(12,2)\"",
        others: String = ""
    ) throws -> Definition {
        try .text(
            """
            pipeline: shop
            period: { grain: month, start: 2024-01 }
            sources:
              drops: { files: data }
              crm: { postgres: "${CRM_URL}" }
            dimensions:
            \(Shop.customer)
              other:
                from: { source: crm, query: "select 'x' as code" }
                key: code
                columns: { code: { type: text, required: true } }
            facts:
            \(Shop.sale(
                amount: "amount: { type: \(amount), required: true, min: 0 }",
                expect: "expect: { totals: { \(totals) } }"
            ))
            """
        )
    }

    /// Performs the tasks of the load that read files, by a slot that knows where `crm` is.
    private func load(
        _ dock: Dock,
        _ definition: Definition,
        periods: String = "2024-01",
        crm: String = ""
    ) async throws -> DockedLoad {
        let slot = WarehouseLoader(
            dock.configuration,
            thread: BlockingThread(name: "slot"),
            keyMaps: KeyMapCache(),
            environment: SourceEnvironment { $0 == "CRM_URL" ? crm : nil }
        )
        var load = try await dock.create(definition, periods: periods)
        for (ordinal, task) in load.tasks.enumerated() where task.name != "other" {
            let id = LoadTaskID(load: load.id, ordinal: ordinal)
            load.outcomes[task.title] = await dock.perform(id, by: slot)
        }
        await slot.close()
        return load
    }

    private static let file =
        "revenue: { column: amount, from: { source: drops, csv: \"t_{period}.csv\" }"

    @Test("a sum that agrees with the source's figure lets the task commit")
    func agreement() async throws {
        let dock = try await Dock(Shop.files)
        try dock.write("t_2024-01.csv", "total\n35.75\n")
        let load = try await load(dock, definition(Self.file + " }"))
        #expect(load.failures == [])
        #expect(try await dock.ledger.tasks.reports(ofLoad: load.id).flatMap(\.warnings) == [])
    }

    @Test("a sum that does not agree fails with both numbers, and the old period is as it was")
    func disagreement() async throws {
        let dock = try await Dock(Shop.files)
        try dock.write("t_2024-01.csv", "total\n35.75\n")
        let definition = try definition(Self.file + " }")
        _ = try await load(dock, definition)
        let before = try await dock.state(of: "shop.fact_sale")
        try dock.write(
            "sales_2024-01.csv",
            Shop.january.replacing("s3,2024-01-31,c1,5.25", with: "s3,2024-01-31,nobody,5.25")
        )
        let failed = try await load(dock, definition)
        #expect(failed.failure("sale 2024-01")?.code == "warehouse.control_total")
        #expect(
            failed.failure("sale 2024-01")?.message == """
                `fact_sale 2024-01`: the total `revenue` does not agree: the loaded `amount` add up to \
                30.50, the source `drops` says 35.75, a difference of -5.25 (14.69 %); allowed is 0. \
                Of 3 rows read, 1 was rejected and 0 were dropped as duplicates: what they hold is \
                not in it; the rows are as they were. Compare the source with its figure; \
                `severity: warn` under `expect: { totals: { revenue: … } }` loads all the same and \
                shows the rejects, a wider `within` allows the difference
                """
        )
        let after = try await dock.state(of: "shop.fact_sale")
        #expect(after.first == before.first)
        let claimed = "claimed_by, loaded_by"
        #expect(
            try await dock.row("select \(claimed) from longshore.control where period = '2024-01'")
                == "\(failed.id)|\(failed.id - 1)"
        )
    }

    @Test(
        "a difference is allowed up to a number or a percentage of the source's figure",
        arguments: [
            ("0.25", true), ("0.24", false), ("0.70%", true), ("0.69%", false), ("0", false),
        ]
    )
    func tolerance(within: String, holds: Bool) async throws {
        let dock = try await Dock(Shop.files)
        try dock.write("t_2024-01.csv", "total\n36.00\n")
        let load = try await load(dock, definition(Self.file + ", within: \(within) }"))
        #expect(load.failures.isEmpty == holds)
    }

    @Test("a figure that is not there is told together with what else does not hold")
    func noFigureBesides() async throws {
        let dock = try await Dock(Shop.files)
        try dock.write("t_2024-01.csv", "total,other\n36.00,1\n")
        let definition = try Shop.definition(
            sale: Shop.sale(expect: "expect: { rows: { max: 2 }, totals: { \(Self.file) } } }")
        )
        let message = try await dock.load(definition).failure("sale 2024-01")?.message ?? ""
        #expect(message.contains("would have 3 rows, expected at most 2"))
        #expect(
            message.contains(". Besides, the source `drops` has no figure for the total `revenue`")
        )
    }

    @Test(
        "rows that the table has already are in the sum of what is appended, and are no duplicates"
    )
    func known() async throws {
        let dock = try await Dock(Shop.files)
        let definition = try Shop.definition(
            sale: Shop.sale(
                expect: """
                    load: append
                        expect: { totals: { \(Self.file), severity: warn } } }
                    """
            )
        )
        try dock.write("t_2024-01.csv", "total\n35.75\n")
        #expect(try await dock.load(definition).failures == [])
        try dock.write("t_2024-01.csv", "total\n36.00\n")
        let again = try await dock.load(definition)
        #expect(again.counts("sale 2024-01") == RowCounts(read: 3, loaded: 0, deduplicated: 3))
        let warnings = try await dock.ledger.tasks.reports(ofLoad: again.id).flatMap(\.warnings)
        #expect(warnings.first?.contains("add up to 35.75") == true)
        #expect(warnings.first?.contains("0 were dropped as duplicates") == true)
    }

    @Test("sums are exact where floating-point numbers are not")
    func exact() async throws {
        let dock = try await Dock(Shop.files)
        let cents = "1,2024-01-01,c1,90071992547409930.01\n2,2024-01-01,c1,0.02\n"
        try dock.write("sales_2024-01.csv", "sale_id,sold_on,customer_id,amount\n" + cents)
        try dock.write("t_2024-01.csv", "total\n90071992547409930.03\n")
        let definition = try definition(Self.file + " }", amount: "\"decimal(30,2)\"")
        #expect(try await load(dock, definition).failures == [])
        try dock.write("t_2024-01.csv", "total\n90071992547409930.04\n")
        #expect(try await load(dock, definition).failures.count == 1)
    }

    @Test("a query gives the figure of its period, and rows are counted where no column is named")
    func query() async throws {
        let dock = try await Dock(Shop.files)
        let url = try await TestStack.shared().freshDatabase()
        let crm = try await PostgresConnection.connect(PostgresConfiguration(url: url))
        try await crm.query("create table sales (day date, amount numeric)")
        try await crm.query(
            "insert into sales values ('2024-01-05', 10), ('2024-01-06', 20.5), ('2024-01-31', 5.25), "
                + "('2024-02-01', 7)"
        )
        let period = "from sales where day >= :period_start and day < :period_end"
        let definition = try definition(
            """
            revenue: { column: amount, from: { source: crm, query: "select sum(amount) \(period)" } },
                  sales: { from: { source: crm, query: "select count(*) as n, 1 as x \(period)" }, value: n }
            """
        )
        #expect(
            try await load(dock, definition, periods: "2024-01..2024-02", crm: url).failures == []
        )
        try await crm.query("delete from sales where amount = 7")
        let failed = try await load(dock, definition, periods: "2024-02", crm: url)
        let message = failed.failure("sale 2024-02")?.message ?? ""
        #expect(
            message.contains(
                "the loaded `amount` add up to 7.00, the source `crm` says 0, a difference of 7.00; "
                    + "allowed is 0"
            )
        )
        #expect(
            message.contains(". Besides, `fact_sale 2024-02`: the total `sales` does not agree")
        )
        #expect(message.contains("1 row is loaded, the source `crm` says 0"))
        await crm.close()
    }

    @Test("one that warns lets the task commit, whether it disagrees or has no figure")
    func warning() async throws {
        let dock = try await Dock(Shop.files)
        let definition = try definition(Self.file + ", severity: warn }")
        let missing = try await load(dock, definition)
        #expect(missing.failures == [])
        let warnings = try await dock.ledger.tasks.reports(ofLoad: missing.id).flatMap(\.warnings)
        #expect(
            warnings.first?
                .hasPrefix(
                    "the source `drops` has no figure for the total `revenue`: no file matches "
                        + "`t_2024-01.csv`"
                ) == true
        )
        try dock.write("t_2024-01.csv", "total\n1\n")
        let other = try await load(dock, definition)
        #expect(
            try await dock.ledger.tasks.reports(ofLoad: other.id).flatMap(\.warnings).first?
                .hasPrefix(
                    "the total `revenue` does not agree: the loaded `amount` add up to 35.75"
                )
                == true
        )
    }

    @Test(
        "a figure that cannot be had is told as such",
        arguments: [
            ("total\n", "", "it has no row"),
            ("total\n1\n2\n", "", "it has more than one row"),
            ("total\nmany\n", "", "it is no decimal number"),
            ("total\nNaN\n", "", "it is no decimal number"),
            ("total\n\"\"\n", "", "it is empty"),
            ("a,b\n1,2\n", "", "it has 2 columns, and `value` does not say which one"),
            ("total,b\n1,2\n", ", value: totl", "it has no column `totl` (did you mean `total`?)"),
        ]
    )
    func noFigure(file: String, value: String, problem: String) async throws {
        let dock = try await Dock(Shop.files)
        try dock.write("t_2024-01.csv", file)
        let load = try await load(dock, definition(Self.file + value + " }"))
        let failure = try #require(load.failure("sale 2024-01"))
        #expect(failure.code == "warehouse.control_figure")
        #expect(!failure.isRetryable)
        #expect(failure.message.contains(problem), "\(failure.message)")
        #expect(!failure.message.contains("many"))
    }

    @Test("a dimension's totals are those of the rows that its source gave")
    func dimension() async throws {
        let dock = try await Dock(Shop.files)
        try dock.write("count.csv", "n\n3\n")
        let definition = try Shop.definition(
            customer: Shop.customer
                + "\n    expect: { totals: { all: { from: { source: drops, csv: count.csv } } } }"
        )
        let failed = try await dock.load(definition)
        #expect(failed.failure("customer")?.code == "warehouse.control_total")
        #expect(try await dock.row("select count(*) from shop.dim_customer") == "1")
        try dock.write("count.csv", "n\n2\n")
        #expect(try await dock.load(definition).failures == [])
    }
}
