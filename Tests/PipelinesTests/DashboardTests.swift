import Charts
import Foundation
import Pipelines
import Testing

@Suite("A dashboard's file")
struct DashboardTests {
    private static let yaml = """
        dashboard: shop
        title: The shop
        money: COP
        filters:
          period: { type: months, default: last 12 months }
          city: { type: choice, of: "select code from dim_city order by 1", many: true }
        queries:
          month: |
            select month, paid, pending
            from mart_month
            where month >= :period_start and (:city::text[] is null or city = any (:city))
        panels:
          - big: Paid, last month
            query: month
            value: { paid + pending: last, format: money.short }
            against: { previous: 1, good: up }
            width: 3
          - bars: Sales by month
            query: month
            x: month
            stack: { paid: Paid, pending: Pending }
            note: "{share(pending, 4)|percent} of {sum(pending)} is late."
          - table: Customers
            sql: select name, pending from mart_customer
            columns:
              name: { link: "/tables/shop/dim_customer/rows/{code}" }
        """

    /// `line:column: message [code]` of each problem, where a part of the file is another one.
    private static func problems(_ old: String, _ new: String) -> [String] {
        precondition(yaml.contains(old), "the file does not hold `\(old)`")
        let text = yaml.replacing(old, with: new, maxReplacements: 1)
        return DashboardFolder(texts: ["dashboards/shop.yaml": text]).problems
            .map { problem in
                let line = problem.description
                return String(line.dropFirst("dashboards/shop.yaml:".count))
            }
    }

    @Test("is read with all that it says")
    func whole() throws {
        let folder = DashboardFolder(texts: ["dashboards/shop.yaml": Self.yaml])
        #expect(folder.problems.map(\.description) == [])
        let dashboard = try #require(folder.dashboards.first)
        #expect(dashboard.title == "The shop")
        #expect(dashboard.tabs.map(\.title) == [""])
        #expect(dashboard.tabs[0].filters.map(\.name) == ["period", "city"])
        let panels = dashboard.tabs[0].panels
        #expect(panels.map(\.id) == ["paid-last-month", "sales-by-month", "customers"])
        #expect(panels.map(\.width) == [3, 12, 12])
        #expect(panels[0].format == .number(.shortMoney, isSigned: false))
        guard case .big(let big) = panels[0].kind else {
            Issue.record("no large figure")
            return
        }
        #expect(
            big.value == .operation(.plus, .column("paid"), .column("pending"))
                && big.reduction == .last
        )
        #expect(panels[1].query.placeholders == ["period_start", "city", "city"])
    }

    @Test(
        "has its mistakes told with line and column",
        arguments: [
            (
                "title: The shop", "titel: The shop",
                ["2:1: error: a dashboard has no key `titel`; did you mean `title`? [key.unknown]"]
            ),
            (
                "last 12 months", "last year",
                ["5:36: error: `default` cannot be `last year` [value.malformed]"]
            ),
            (
                ":city::text[]", ":citi::text[]",
                [
                    "11:39: error: `:citi` stands for nothing; did you mean `:city`? [sql.placeholder]"
                ]
            ),
            (
                "from mart_month", "from mart_month; drop table x",
                ["10:22: error: the SQL goes on after `;` [sql.statement]"]
            ),
            (
                "query: month", "query: moth",
                ["14:12: error: there is no query `moth`; did you mean `month`? [name.unknown]"]
            ),
            (
                "money.short", "money.shrt",
                [
                    "15:44: error: there is no format `money.shrt`; did you mean `money.short`? [value.malformed]"
                ]
            ),
            (
                "paid + pending: last", "paid + : last",
                ["15:20: error: a figure is missing [value.malformed]"]
            ),
            (
                "share(pending, 4)", "shar(pending, 4)",
                ["22:13: error: there is no function `shar` [value.malformed]"]
            ),
            (
                "{sum(pending)}", "{sum(pending)|cents}",
                ["22:57: error: there is no format `cents` [value.malformed]"]
            ),
            (
                "/tables/shop", "//evil.example/shop",
                [
                    "26:21: error: `link` leads out of the console: `//evil.example/shop/dim_customer/rows/{code}` [value.malformed]"
                ]
            ),
            (
                "bars: Sales", "pie: Sales",
                [
                    "18:5: error: a panel has no key `pie` [key.unknown]",
                    "12:1: error: a panel needs one of the keys `big`, `bars`, `line`, `area`, `table`, `heat`, `text` [key.missing]",
                ]
            ),
        ]
    )
    func mistakes(old: String, new: String, expected: [String]) {
        #expect(Set(Self.problems(old, new)) == Set(expected))
    }

    @Test("is refused where another one has its name")
    func twice() {
        let folder = DashboardFolder(
            texts: ["dashboards/a.yaml": Self.yaml, "dashboards/b.yaml": Self.yaml]
        )
        #expect(folder.dashboards.count == 1)
        #expect(
            folder.problems.map(\.description) == [
                "dashboards/b.yaml:1:1: error: the dashboard `shop` is defined in `dashboards/a.yaml`, too [name.taken]"
            ]
        )
    }

    @Test("of each example is good")
    func examples() {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../pipelines")
        for name in ["invoices", "finance", "sales", "campaigns", "callcenter"] {
            let folder = DashboardFolder(ofPipelineAt: root.appendingPathComponent(name).path)
            #expect(folder.problems.map(\.description) == [])
            #expect(folder.dashboards.map(\.name) == [name])
        }
    }

    @Test("has a JSON Schema with its keys, each with a sentence")
    func schema() throws {
        let data = Data(PipelineSchema.dashboardJSON().utf8)
        let schema = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let properties = try #require(schema["properties"] as? [String: [String: Any]])
        #expect(schema["required"] as? [String] == ["dashboard"])
        #expect(properties.keys.contains("tabs") && properties.keys.contains("access"))
        #expect(properties.values.filter { $0["description"] == nil }.isEmpty)
    }
}

@Suite("Formats of figures")
struct FigureFormatTests {
    @Test(
        "write numbers, months and days",
        arguments: [
            ("money.short", "59906960.30", "59.9\u{a0}M"), ("money", "3152143.3", "3,152,143.30"),
            ("percent.1", "0.4993", "49.9\u{a0}%"), ("percent", "0.4993", "50\u{a0}%"),
            ("percent.1.signed", "0.021", "+2.1\u{a0}%"),
            ("percent.1.signed", "-0.021", "\u{2212}2.1\u{a0}%"), ("integer", "1204.6", "1,205"),
            ("month", "2024-12", "Dec 2024"), ("day", "2024-12-31", "31 Dec 2024"),
            ("money", "n/a", "n/a"),
        ]
    )
    func texts(name: String, value: String, expected: String) throws {
        #expect(try #require(FigureFormat(name)).text(value) == expected)
    }

    @Test("have names that are read back")
    func names() {
        for name in FigureFormat.names { #expect(FigureFormat(name)?.name == name) }
        #expect(FigureFormat(".signed") == nil && FigureFormat("euro") == nil)
    }

    @Test(
        "a query tells of which columns it makes sums",
        arguments: [
            (
                "select sum(amount), SUM( s.tax ) over (), count(*) from fact_sale s",
                ["amount", "tax"]
            ),
            (
                "select sum(\"Net amount\") filter (where true), sum(a * 2), sum(distinct b), sum(-c)",
                ["Net amount"]
            ),
            ("select summed(amount), 'sum(x)' as y -- sum(z)", []),
            ("select sum(", []),
        ]
    )
    func sums(_ sql: String, _ columns: [String]) throws {
        let text = "dashboard: a\npanels: [{ table: T, sql: select 1 }]\n"
        let folder = DashboardFolder(texts: ["dashboards/a.yaml": text])
        var query = try #require(folder.dashboards.first?.tabs[0].panels[0].query)
        query.sql = sql
        #expect(query.summedColumns.sorted() == columns)
    }
}
