import Extraction
import Ledger
import Loading
import Loopback
import Pipelines
import Planning
import TestSupport
import Testing
import WarehouseTestSupport

/// A shop with a dashboard of which a panel is kept in a store of its own.
private struct Board {
    let dock: Dock
    let store: S3Double
    private let loader: WarehouseLoader

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
        _ formats: String = "[csv, json, svg, png]",
        sql: String = """
        select to_char(sold_on, 'YYYY-MM') as month, sum(amount) as amount, min(customer_id) as who
        from fact_sale join dim_customer using (customer_key)
        where sold_on >= :period_start and sold_on < :period_end
          and (:customer::text is null or customer_id = :customer)
        group by 1 order by 1
        """
    ) throws -> Definition {
        let lines = sql.split(separator: "\n").map { "      \($0)" }.joined(separator: "\n")
        return try Shop.definition(
            sources: lake,
            marts: [
                "dashboards/shop.yaml": """
                dashboard: shop
                filters:
                  period: { type: months, default: { first: 2024-01, last: 2024-03 } }
                  customer: { type: choice, of: "select customer_id from dim_customer order by 1" }
                panels:
                  - bars: Sold by month
                    sql: |
                \(lines)
                    x: month
                    y: { amount: Sold }
                    format: money
                    publish: { source: lake, object: "board/sold.{format}", format: \(formats) }
                """
            ]
        )
    }

    /// Creates a load and performs its tasks in the plan's order.
    func load(_ definition: Definition, periods: String = "2024-01") async throws -> DockedLoad {
        var load = try await dock.create(definition, periods: periods)
        for (ordinal, task) in load.tasks.enumerated() {
            load.outcomes[task.title] = await dock.perform(
                LoadTaskID(load: load.id, ordinal: ordinal),
                by: loader
            )
        }
        return load
    }

    func text(_ format: String) -> String {
        String(decoding: store.objects["out/board/sold.\(format)"]?.bytes ?? [], as: UTF8.self)
    }
}

@Suite("Published panels", .serialized)
struct PublishedPanelTests {
    @Test("are there as files after a load that has changed what they show, and only then")
    func changes() async throws {
        let board = try await Board()
        let definition = try Board.definition()
        let first = try await board.load(definition)
        #expect(first.failures == [])
        #expect(
            board.store.objects.keys.sorted() == [
                "out/board/sold.csv", "out/board/sold.json", "out/board/sold.png",
                "out/board/sold.svg",
            ]
        )
        #expect(board.text("csv") == "month,amount,who\r\n2024-01,35.75,c1\r\n")
        #expect(
            board.store.objects["out/board/sold.png"]?.bytes.starts(with: [0x89, 0x50]) == true
        )

        let etags = board.store.objects.mapValues(\.etag)
        #expect(try await board.load(definition).failures == [])
        #expect(board.store.objects.mapValues(\.etag) == etags)

        #expect(try await board.load(definition, periods: "2024-02").failures == [])
        #expect(board.text("csv") == "month,amount,who\r\n2024-01,35.75,c1\r\n2024-02,7.00,c2\r\n")
        let names = try await board.dock.rows(
            "select schema_name, export, state from longshore.effect"
        )
        #expect(names == ["shop|shop_sold_by_month|delivered"])
    }

    @Test("have a month that is not loaded hatched, and say so in JSON")
    func missing() async throws {
        let board = try await Board()
        #expect(
            try await board.load(Board.definition(), periods: "2024-01..2024-02").failures == []
        )
        let svg = board.text("svg")
        #expect(
            svg.contains(">Jan 2024: Sold 35.75</title>")
                && svg.contains(">Mar 2024: Sold no value</title>")
        )
        let json = board.text("json")
        #expect(json.contains(#""missing" : ["#) && json.contains(#""2024-03""#))
        #expect(json.contains(#""standing" : "missing""#) && json.contains(#""never loaded""#))
        #expect(!json.contains("loaded_by") && !json.contains(#""load" :"#))
    }

    @Test("that cannot be drawn fail their task with the reason; what was published stays")
    func undrawable() async throws {
        let board = try await Board()
        #expect(try await board.load(Board.definition("svg")).failures == [])
        let before = board.text("svg")
        let load = try await board.load(
            Board.definition("svg", sql: "select 'a' as month, amount from fact_sale")
        )
        let failure = try #require(load.failures.first)
        #expect(
            failure.contains("the panel `shop_sold_by_month` cannot be published"),
            "\(failure)"
        )
        #expect(board.text("svg") == before)
    }

    @Test("whose query Postgres refuses are told before anything is loaded")
    func badQuery() async throws {
        let board = try await Board()
        let definition = try Board.definition("csv", sql: "select amuont as month from fact_sale")
        let problem = await board.dock.problem { try await board.dock.create(definition) }
        #expect(
            problem?.contains("published panel `shop_sold_by_month`") == true,
            "\(problem ?? "")"
        )
        #expect(problem?.contains("amuont") == true)
    }
}
