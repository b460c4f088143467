import Extraction
import Ledger
import Loading
import Loopback
import Pipelines
import Planning
import TestSupport
import Testing
import WarehouseTestSupport

/// A shop whose customers' spending is drawn, into a store of its own.
private struct Easel {
    let dock: Dock
    let store: S3Double
    private let loader: WarehouseLoader

    static let byDay = """
        select customer_id, sold_on as day, sum(amount) as spend from fact_sale join dim_customer using (customer_key)
        group by customer_id, sold_on order by sold_on
        """
    static let each = """
        key: customer_id, title: "Spent by {customer_id}", format: [svg, png], missing: delete,
            to: { source: lake, object: "spend/{customer_id}.{format}" }
        """

    init() async throws {
        dock = try await Dock(Shop.files)
        store = try S3Double()
        let variables = [
            "LAKE_URL": store.url, "LAKE_KEY": S3Double.accessKey,
            "LAKE_SECRET": S3Double.secretKey, "LAKE_SESSION": S3Double.sessionToken,
        ]
        loader = WarehouseLoader(
            dock.configuration,
            environment: SourceEnvironment { variables[$0] }
        )
    }

    private static let lake = """
        lake:
            s3: "s3://\(S3Double.bucket)/out"
            region: eu-west-1
            endpoint: "${LAKE_URL}"
            private: true
            credentials: { key: "${LAKE_KEY}", secret: "${LAKE_SECRET}", session: "${LAKE_SESSION}" }
        """

    static func definition(
        _ options: String = Easel.each,
        sql: String = Easel.byDay
    ) throws -> Definition {
        try Shop.definition(
            others: """
                charts:
                  spend: { sql: spend.sql, kind: bar, x: day, y: spend, numbers: money, \(options) }
                """,
            sources: lake,
            marts: ["spend.sql": sql]
        )
    }

    /// Creates a load and performs its tasks in the plan's order.
    func load(_ definition: Definition) async throws -> DockedLoad {
        var load = try await dock.create(definition)
        for (ordinal, task) in load.tasks.enumerated() {
            load.outcomes[task.title] = await dock.perform(
                LoadTaskID(load: load.id, ordinal: ordinal),
                by: loader
            )
        }
        return load
    }

    var names: [String] { store.objects.keys.sorted() }

    func text(_ name: String) -> String {
        String(decoding: store.objects["out/" + name]?.bytes ?? [], as: UTF8.self)
    }
}

@Suite("Charts", .serialized)
struct ChartTests {
    @Test("each key has its pictures; they are delivered again when their rows or settings change")
    func changes() async throws {
        let easel = try await Easel()
        let definition = try Easel.definition()
        let first = try await easel.load(definition)
        #expect(first.failures == [])
        #expect(first.counts("spend") == RowCounts(read: 2, loaded: 2))
        #expect(
            easel.names == [
                "out/spend/c1.png", "out/spend/c1.svg", "out/spend/c2.png", "out/spend/c2.svg",
            ]
        )
        let drawn = easel.text("spend/c1.svg")
        #expect(
            drawn.contains(">Spent by c1</title>") && drawn.contains(">5 Jan 2024: 10.00</title>")
        )
        #expect(drawn.contains(">31 Jan 2024: 5.25</title>"))
        #expect(
            try await easel.dock.row("select body from longshore.effect where key = 'c2'")
                == #"[["2024-01-06", "20.50"]]"#
        )

        // The same rows and settings: nothing is written.
        let etags = easel.store.objects.mapValues(\.etag)
        let second = try await easel.load(definition)
        #expect(second.counts("spend") == RowCounts(read: 2, loaded: 0, deduplicated: 2))
        #expect(easel.store.objects.mapValues(\.etag) == etags)

        let renamed = Easel.each.replacing("Spent by", with: "Money of")
        let third = try await easel.load(Easel.definition(renamed))
        #expect(third.failures == [])
        #expect(third.counts("spend") == RowCounts(read: 2, loaded: 2))
        #expect(easel.text("spend/c1.svg") == drawn.replacing("Spent by", with: "Money of"))

        try easel.dock.write(
            "sales_2024-01.csv",
            "sale_id,sold_on,customer_id,amount\ns1,2024-01-05,c1,11.00\n"
        )
        #expect(try await easel.load(definition).failures == [])
        #expect(easel.names == ["out/spend/c1.png", "out/spend/c1.svg"])
        #expect(easel.text("spend/c1.svg").contains("11.00"))
    }

    @Test("without a key all rows are one chart, also when there are none")
    func whole() async throws {
        let easel = try await Easel()
        let sql =
            "select sold_on as day, sum(amount) as spend from fact_sale where false group by 1"
        let load = try await easel.load(
            Easel.definition("to: { source: lake, object: all.svg }", sql: sql)
        )
        #expect(load.failures == [])
        #expect(easel.names == ["out/all.svg"])
        #expect(easel.text("all.svg").contains(">There are no rows.</text>"))
    }

    @Test(
        "what cannot be drawn is dead, with the reason and without its values; the rest is delivered"
    )
    func dead() async throws {
        let easel = try await Easel()
        let sql = """
            select customer_id, name as day, amount as spend
            from fact_sale join dim_customer using (customer_key)
            """
        let load = try await easel.load(Easel.definition(sql: sql))
        #expect(load.failures == [])
        #expect(easel.names == ["out/spend/c2.png", "out/spend/c2.svg"])
        var filter = EffectFilter(pipeline: "shop")
        filter.states = [.dead]
        let reports = try await easel.dock.ledger.effects.reports(filter, limit: 9)
        #expect(reports.map(\.key) == ["c1"])
        let failure = try #require(reports.first?.failure)
        #expect(
            failure.contains("two rows have the same x and series")
                && failure.contains("[export.chart.values]") && !failure.contains("Ana")
        )
    }

    @Test("a column that the query does not have is told before anything is loaded")
    func badQuery() async throws {
        let easel = try await Easel()
        let sql = Easel.byDay.replacing("as spend", with: "as amount")
        let definition = try Easel.definition(sql: sql)
        let problem = await easel.dock.problem { try await easel.dock.create(definition) }
        #expect(problem?.contains("the query of the chart `spend`") == true)
        #expect(problem?.contains("it has no column `spend`, which `y` names") == true)
    }
}
