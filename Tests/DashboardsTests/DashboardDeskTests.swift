import Charts
import Dashboards
import Ledger
import Pipelines
import Planning
import Postgres
import TestSupport
import Testing
import WarehouseTestSupport

@Suite("A dashboard's figures")
struct DashboardDeskTests {
    private static func dashboard(_ panels: String, filters: String = "") throws -> Dashboard {
        let folder = DashboardFolder(
            texts: [
                "dashboards/shop.yaml": """
                dashboard: shop
                filters:
                  period: { type: months, default: { first: 2024-01, last: 2024-03 } }
                  customer: { type: choice, of: "select customer_id from dim_customer where customer_key > 0 order by 1" }
                \(filters)
                panels:
                \(panels)
                """
            ]
        )
        return try #require(folder.dashboards.first, "\(folder.problems)")
    }

    private static let month = """
          - bars: Sales
            sql: |
              select to_char(sold_on, 'YYYY-MM') as month, sum(amount) as amount
              from fact_sale join dim_customer using (customer_key)
              where sold_on >= :period_start and sold_on < :period_end
                and (:customer::text is null or customer_id = :customer)
              group by 1 order by 1
            x: month
            y: { amount: Amount }
            format: money
        """

    /// A shop of two months, and a desk beside it.
    private struct Counter {
        let dock: Dock
        let pipeline: Pipeline
        let desk: DashboardDesk

        init() async throws {
            dock = try await Dock(Shop.files)
            let definition = try Shop.definition()
            #expect(try await dock.load(definition, periods: "2024-01..2024-02").failures == [])
            pipeline = definition.pipeline
            desk = DashboardDesk(dock.configuration)
        }

        func figures(
            of dashboard: Dashboard,
            _ asked: [String: String] = [:]
        ) async throws -> PanelFigures {
            let view = try await desk.view(of: dashboard, tab: 0, in: pipeline) { name in
                asked[name].map { [$0] } ?? []
            }
            let answer = try #require(view.answers.first)
            return try #require(PanelFigures(answer, today: view.today), "\(answer.outcome)")
        }
    }

    private static func standings(_ seal: Seal) -> [String] {
        seal.mainTables.flatMap(\.pieces)
            .map { "\($0.period) \($0.standing.rawValue)\($0.reason.map { " (\($0))" } ?? "")" }
    }

    private static func bars(_ figures: PanelFigures) throws -> [String] {
        let chart = try #require(try figures.chart?.get())
        let plot = ChartPlot(chart)
        return plot.places.enumerated()
            .map { number, place in
                let value = plot.series[0].values[number]?.text ?? "–"
                return
                    "\(place.name) \(value)\(place.isMissing ? " missing" : "")\(place.isStale ? " stale" : "")"
            }
    }

    @Test("each look has a session that began with it: an older one may have lost a period")
    func ownSession() async throws {
        let counter = try await Counter()
        let dashboard = try Self.dashboard(
            """
              - table: Sessions
                sql: select pg_backend_pid() as pid, count(*) as sales, clock_timestamp() as at from fact_sale
                columns: { pid: { title: Session } }
            """
        )
        var sessions: Set<String> = []
        for _ in 0..<4 {
            let figures = try await counter.figures(of: dashboard)
            sessions.insert(try #require(figures.rows.rows.first?.first ?? nil))
        }
        #expect(sessions.count == 4)
    }

    @Test("say which periods are loaded, and that one that is not is missing, not zero")
    func missing() async throws {
        let counter = try await Counter()
        let figures = try await counter.figures(of: Self.dashboard(Self.month))
        #expect(
            Self.standings(figures.seal) == [
                "2024-01 loaded", "2024-02 loaded", "2024-03 missing (never loaded)",
            ]
        )
        #expect(figures.seal.tables.map(\.name) == ["fact_sale", "dim_customer"])
        #expect(
            try Self.bars(figures) == ["Jan 2024 35.75", "Feb 2024 7", "Mar 2024 – missing"]
        )
        #expect(figures.seal.standing == .missing)
    }

    @Test("have zero where a loaded period has no row of what is chosen")
    func zero() async throws {
        let counter = try await Counter()
        let figures = try await counter.figures(
            of: Self.dashboard(Self.month),
            ["customer": "c1", "period": "2024-01..2024-02"]
        )
        #expect(try Self.bars(figures) == ["Jan 2024 15.25", "Feb 2024 0"])
        #expect(figures.seal.standing == .loaded)
    }

    @Test("say that a period is stale")
    func stale() async throws {
        let counter = try await Counter()
        try await counter.dock.connection.query(
            "update longshore.control set state = 'stale', reason = 'a client came late' where period = '2024-01'"
        )
        let figures = try await counter.figures(
            of: Self.dashboard(Self.month),
            ["period": "2024-01..2024-02"]
        )
        #expect(
            Self.standings(figures.seal) == [
                "2024-01 stale (a client came late)", "2024-02 loaded",
            ]
        )
        #expect(try Self.bars(figures) == ["Jan 2024 35.75 stale", "Feb 2024 7"])
    }

    @Test(
        "say that rows which somebody has deleted are missing, also where they were asked for before"
    )
    func deleted() async throws {
        let counter = try await Counter()
        let asked = ["period": "2024-01..2024-02"]
        let before = try await counter.figures(of: Self.dashboard(Self.month), asked)
        #expect(before.seal.standing == .loaded)
        try await counter.dock.connection.query(
            "delete from shop.fact_sale where period = '2024-01-01'"
        )
        let after = try await counter.figures(of: Self.dashboard(Self.month), asked)
        #expect(
            Self.standings(after.seal) == [
                "2024-01 missing (its rows are gone)", "2024-02 loaded",
            ]
        )
        #expect(after.missing == ["2024-01"])
    }

    @Test("of one place of a panel are its rows alone; of a place in time the time is chosen")
    func places() async throws {
        let counter = try await Counter()
        let dashboard = try Self.dashboard(
            """
            \(Self.month)
              - bars: By customer
                sql: |
                  select customer_id, sum(amount) as amount from fact_sale join dim_customer using (customer_key)
                  where sold_on >= :period_start group by 1 order by 1
                x: { customer_id: { c2: Bo, c1: Ana } }
                y: { amount: Amount }
              - heat: By customer and month
                sql: |
                  select customer_id, to_char(sold_on, 'MM') as month, sum(amount) as amount
                  from fact_sale join dim_customer using (customer_key) group by 1, 2
                x: month
                y: customer_id
                value: { amount: money }
            """
        )
        func rows(_ panel: String, _ asked: [String: String]) async throws -> [[String?]] {
            let view = try await counter.desk.view(of: panel, in: dashboard, counter.pipeline) {
                asked[$0].map { [$0] } ?? []
            }
            return try #require(view?.answers.first?.figures?.rows.rows)
        }
        #expect(try await rows("by-customer", ["x": "c1"]) == [["c1", "15.25"]])
        #expect(try await rows("by-customer", ["x": "c"]) == [])
        let cell = ["x": "02", "y": "c2"]
        #expect(try await rows("by-customer-and-month", cell) == [["c2", "02", "7.00"]])
        let view = try #require(
            try await counter.desk.view(of: "by-customer", in: dashboard, counter.pipeline) {
                $0 == "x" ? ["c1"] : []
            }
        )
        let narrowed = try #require(PanelFigures(view.answers[0], today: view.today))
        #expect(narrowed.places == ["c1"] && view.place == PanelPlace(x: "c1"))

        let figures = try await counter.figures(of: dashboard)
        let choices = try DashboardChoices(
            dashboard.tabs[0].filters,
            asked: { _ in [] },
            newest: Day(number: 0)
        )
        let (month, place) = figures.narrowing(to: "2024-02", choices)
        #expect(month.span?.text == "2024-02..2024-02" && place == nil)
    }

    @Test("find the tables of a query of which no row can be needed")
    func tables() async throws {
        let counter = try await Counter()
        let dashboard = try Self.dashboard(
            """
              - table: Nothing
                sql: select sale_id from fact_sale where period < :period_start and false
            """
        )
        let figures = try await counter.figures(of: dashboard)
        #expect(figures.rows.rows.isEmpty)
        #expect(figures.seal.tables.map(\.name) == ["fact_sale"])
    }

    @Test("are of the load that is newest, never of one before it")
    func reloaded() async throws {
        let counter = try await Counter()
        let dashboard = try Self.dashboard(Self.month)
        let asked = ["period": "2024-02..2024-02"]
        #expect(try Self.bars(await counter.figures(of: dashboard, asked)) == ["Feb 2024 7"])
        try counter.dock.write(
            "sales_2024-02.csv",
            "sale_id,sold_on,customer_id,amount\ns4,2024-02-01,c2,8.50\n"
        )
        #expect(try await counter.dock.load(Shop.definition(), periods: "2024-02").failures == [])
        let figures = try await counter.figures(of: dashboard, asked)
        #expect(try Self.bars(figures) == ["Feb 2024 8.5"])
        #expect(figures.seal.pieces.map(\.load) == [2])
    }

    @Test(
        "are read anew where the time, chance, the ledger or a function of people has a say",
        arguments: [
            "select 'a' as x, extract(epoch from clock_timestamp()) * 1000000 as y from fact_sale limit 1",
            "select 'a' as x, random() as y from fact_sale limit 1",
            "select 'a' as x, (select max(revision) from longshore.control) as y from fact_sale limit 1",
            "select 'a' as x, shop.turn() as y from fact_sale limit 1",
            "select 'a' as x, y from seen limit 1",
        ]
    )
    func unsteady(_ sql: String) async throws {
        let counter = try await Counter()
        try await counter.dock.connection.query(
            """
            create function shop.turn() returns bigint language sql
            as 'select count(*) from shop.dim_customer'
            """
        )
        try await counter.dock.connection.query(
            """
            create view shop.seen as
            select extract(epoch from clock_timestamp()) * 1000000 as y from shop.fact_sale
            """
        )
        let dashboard = try Self.dashboard(
            """
              - bars: Sales
                sql: "\(sql)"
                x: x
                y: { y: Amount }
            """
        )
        let first = try Self.bars(await counter.figures(of: dashboard))
        try await counter.dock.connection.query(
            "update longshore.control set revision = revision + 7"
        )
        try await counter.dock.connection.query(
            "insert into shop.dim_customer (customer_id, load_id) values ('c9', 1)"
        )
        #expect(try Self.bars(await counter.figures(of: dashboard)) != first)
    }

    @Test("take what is chosen as a value, whatever it says")
    func hostile() async throws {
        let counter = try await Counter()
        let dashboard = try Self.dashboard(Self.month)
        for text in ["'; drop table shop.fact_sale; --", "c1' or '1'='1", "\u{600}'", "\\"] {
            let figures = try await counter.figures(of: dashboard, ["customer": text])
            #expect(figures.rows.rows.isEmpty, "\(text)")
        }
        #expect(try await counter.dock.row("select count(*) from shop.fact_sale") == "4")
    }

    @Test("cannot be used to write, and leave nothing behind")
    func readOnly() async throws {
        let counter = try await Counter()
        for sql in [
            "with gone as (delete from fact_sale returning 1) select * from gone",
            "select setval('longshore.reject_id_seq', 9)", "select lo_create(4711)",
            "select set_config('search_path', 'nowhere', false)",
        ] {
            let dashboard = try Self.dashboard("  - table: Bad\n    sql: \"\(sql)\"")
            let view = try await counter.desk.view(of: dashboard, tab: 0, in: counter.pipeline) {
                _ in []
            }
            if !sql.contains("set_config"), !sql.contains("lo_create") {
                #expect(view.answers[0].figures == nil, "\(sql)")
            }
        }
        #expect(try await counter.dock.row("select count(*) from pg_largeobject_metadata") == "0")
        #expect(try await counter.dock.row("select count(*) from shop.fact_sale") == "4")
        #expect(try await counter.figures(of: Self.dashboard(Self.month)).rows.rows.count == 2)
    }

    @Test("leave no lock behind, whatever their SQL has taken")
    func locks() async throws {
        let counter = try await Counter()
        let figures = try await counter.figures(
            of: Self.dashboard(
                "  - table: Locks\n    sql: select pg_try_advisory_lock_shared(4711) as taken"
            )
        )
        #expect(figures.rows.rows == [["t"]])
        try await TestStack.shared().eventuallyFree(lock: 4711, in: counter.dock.url)
    }

    @Test("end where a query takes too long that has set the limits of its session otherwise")
    func ownLimits() async throws {
        let counter = try await Counter()
        let desk = DashboardDesk(counter.dock.configuration, queryTime: .seconds(1))
        let dashboard = try Self.dashboard(
            """
              - table: Slow
                sql: >-
                  select g, case g when 1 then set_config('statement_timeout', '0', false)
                  when 1500 then pg_sleep(30)::text end as text from generate_series(1, 2000) g
              - table: After
                sql: select count(*) as n from fact_sale
            """
        )
        let begin = ContinuousClock.now
        let view = try await desk.view(of: dashboard, tab: 0, in: counter.pipeline) { _ in [] }
        #expect(ContinuousClock.now - begin < .seconds(20))
        guard case .failure(let failure) = view.answers[0].outcome else {
            Issue.record("it has slept")
            return
        }
        #expect(failure.description == "it takes longer than 1.0 s")
        #expect(view.answers[1].figures?.rows.rows == [["4"]])
    }

    @Test("are read with the rights of a reader, where that role may read the tables")
    func rights() async throws {
        let counter = try await Counter()
        try await counter.dock.connection.script(
            SQL(raw: DatabaseRoles(schemas: ["shop"]).sql.replacing("\\password", with: "password"))
        )
        let who = try await counter.figures(
            of: Self.dashboard("  - table: Who\n    sql: select current_user as name")
        )
        #expect(who.rows.rows == [["longshore_reader"]])
        let dashboard = try Self.dashboard(
            "  - table: Raw\n    sql: select raw from longshore.reject"
        )
        let view = try await counter.desk.view(of: dashboard, tab: 0, in: counter.pipeline) { _ in
            []
        }
        guard case .failure(let failure) = view.answers[0].outcome else {
            Issue.record("a reader has seen raw rows")
            return
        }
        #expect(
            failure.description
                == "permission denied for table reject: let a superuser run what `longshore roles --schema shop` prints"
        )
        guard case .failure(let told) = view.withoutDetails.answers[0].outcome else { return }
        #expect(told.description == "its query was not answered; who may see loads is told why")
    }

    @Test("end where a query takes too long, or gives too many rows")
    func limits() async throws {
        let counter = try await Counter()
        let desk = DashboardDesk(counter.dock.configuration, queryTime: .milliseconds(200))
        let dashboard = try Self.dashboard(
            """
              - table: Slow
                sql: select pg_sleep(30) as n
              - table: Many
                sql: select n from generate_series(1, 20000) n
              - table: Large
                sql: select repeat('x', 1000000) as text from generate_series(1, 100) n
              - table: After
                sql: select count(*) as n from fact_sale
            """
        )
        let view = try await desk.view(of: dashboard, tab: 0, in: counter.pipeline) { _ in [] }
        guard case .failure(let failure) = view.answers[0].outcome else {
            Issue.record("it has slept")
            return
        }
        #expect(failure.description == "it takes longer than 0.2 s")
        let many = try #require(view.answers[1].figures?.rows)
        #expect(many.isCut && many.rows.count == PanelRows.mostRows)
        let large = try #require(view.answers[2].figures?.rows)
        #expect(large.isCut && large.rows.count == 8)
        #expect(view.answers[3].figures?.rows.rows == [["4"]])
    }

    @Test(
        "are refused in words where one row is larger than a panel, before it leaves the server",
        arguments: [
            "select repeat('x', 20000000) as text",
            "select repeat('x', case n when 3 then 20000000 else 1 end) as text from generate_series(1, 5) n",
        ]
    )
    func largeValue(_ sql: String) async throws {
        let counter = try await Counter()
        let dashboard = try Self.dashboard("  - table: Large\n    sql: \"\(sql)\"")
        let view = try await counter.desk.view(of: dashboard, tab: 0, in: counter.pipeline) { _ in
            []
        }
        guard case .failure(let failure) = view.answers[0].outcome else {
            Issue.record("it was taken")
            return
        }
        #expect(
            failure.description
                == "a row of it has 20,000,016 bytes, and a panel takes 8,388,608 at most: leave the large value out of the query, or cut it by `left(…)`"
        )
    }

    @Test("are the values that the server writes, of columns of any type and name")
    func values() async throws {
        let counter = try await Counter()
        let figures = try await counter.figures(
            of: Self.dashboard(
                """
                  - table: All
                    sql: |
                      select true as a, 1.50 as a, null::date as size, '\\x00'::bytea as sum, 'x'::char(3) as c2,
                        array[1, null] as list, row (1, 'b') as pair, pg_sleep(0) as nothing -- a comment
                """
            )
        )
        #expect(
            figures.rows.columns.map(\.name) == [
                "a", "a", "size", "sum", "c2", "list", "pair", "nothing",
            ]
        )
        #expect(
            figures.rows.columns.map(\.kind) == [
                .text, .number, .day, .text, .text, .text, .text, .text,
            ]
        )
        #expect(
            figures.rows.rows == [
                ["t", "1.50", nil, "\\x00", "x  ", "{1,NULL}", "(1,b)", ""]
            ]
        )
    }

    @Test("of a panel that Postgres refuses are told apart, and the others are there")
    func refused() async throws {
        let counter = try await Counter()
        let dashboard = try Self.dashboard(
            """
              - table: Bad
                sql: |
                  select sale_id,
                         nothing
                  from fact_sale where sold_on >= :period_start
            \(Self.month)
            """
        )
        let view = try await counter.desk.view(of: dashboard, tab: 0, in: counter.pipeline) { _ in
            []
        }
        guard case .failure(let failure) = view.answers[0].outcome else {
            Issue.record("Postgres has not refused it")
            return
        }
        #expect(failure.description == "column \"nothing\" does not exist")
        #expect(failure.position == Diagnostic.Position(line: 10, column: 14))
        #expect(view.answers[1].figures?.rows.rows.count == 2)
    }

    @Test("that cannot be, a check tells with file, line and column")
    func check() async throws {
        let counter = try await Counter()
        let dashboard = try Self.dashboard(
            """
              - bars: Sales
                sql: select sold_on as day, amount from fact_sales where sold_on >= :period_start
                x: day
                y: amount
              - bars: Sales again
                sql: select sold_on as day, amount from fact_sale where sold_on >= :period_start and amount > 1
                x: month
                y: { amount: Amount }
            """
        )
        let problems = try await counter.desk.problems(of: dashboard, in: counter.pipeline)
        #expect(
            problems.map(\.description) == [
                """
                dashboards/shop.yaml:8:45: error: Postgres refuses the SQL: relation "fact_sales" does not exist \
                [sql.statement]
                """,
                "dashboards/shop.yaml:13:8: error: the query has no column `month` [name.unknown]",
            ]
        )
    }
}
