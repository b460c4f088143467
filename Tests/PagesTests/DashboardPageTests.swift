import Foundation
import Ledger
import Markup
import Pipelines
import Testing

@testable import Dashboards
@testable import Pages

@Suite("The page of a dashboard")
struct DashboardPageTests {
    private static let yaml = """
        dashboard: shop
        title: "<script>alert(1)</script>"
        filters:
          period: { type: months, default: { first: 2024-01, last: 2024-03 } }
          city: { type: choice, of: select 1 }
        panels:
          - bars: Sales & more
            sql: "select 1 from x where y > :period_start"
            x: month
            y: { amount: "<b>Sold</b>" }
            format: money.short
            note: "**{sum(amount)|money}** in all"
          - big: Last
            sql: "select 1 from x where y > :period_start"
            value: { amount: last, format: money }
            against: { previous: 1, good: up }
            spark: bars
          - table: Names
            sql: select 1
            columns:
              name: { link: "/tables/{name}?of={name}" }
        """

    @Test("a seal does not say that audits held where none is recorded")
    func audits() {
        let table = Seal.Table(schema: "shop", name: "fact_sale", kind: .fact, pieces: [])
        var origin = SealOrigin()
        let none = SealMarkup(Seal(tables: [table]), origin: origin).strip.text
        #expect(none.contains("no audit is recorded") && !none.contains("held"))
        origin.audits = .init(held: 12, broken: 0)
        let some = SealMarkup(Seal(tables: [table]), origin: origin).strip.text
        #expect(some.contains("all 12 audits held"))
    }

    private func page(hasFebruary: Bool = false) throws -> (page: DashboardPage, text: String) {
        let folder = DashboardFolder(texts: ["dashboards/shop.yaml": Self.yaml])
        let dashboard = try #require(folder.dashboards.first, "\(folder.problems)")
        let tab = dashboard.tabs[0]
        let choices = try DashboardChoices(
            tab.filters,
            asked: { $0 == "city" ? ["\"><i>"] : [] },
            newest: Day(number: 20_000)
        )
        let months =
            [["2024-01", "10.50"]] + (hasFebruary ? [["2024-02", "3.25"]] : []) + [
                ["2024-03", "21.00"]
            ]
        let sales = PanelRows(
            columns: [.init(name: "month", kind: .text), .init(name: "amount", kind: .number)],
            rows: months
        )
        let names = PanelRows(columns: [.init(name: "name", kind: .text)], rows: [["../a?b&<c>"]])
        let fact = Seal.Table(
            schema: "shop",
            name: "fact_sale",
            kind: .fact,
            pieces: [1, 2, 3]
                .map { month in
                    Seal.Piece(
                        period: "2024-0\(month)",
                        start: "2024-0\(month)-01",
                        end: "2024-0\(month + 1)-01",
                        standing: month == 2 && !hasFebruary ? .missing : .loaded,
                        load: 7,
                        loadedAt: "2024-04-01T06:00:00Z",
                        read: 12,
                        rows: 10,
                        rejected: 2
                    )
                }
        )
        let page = page(dashboard, choices, [sales, sales, names], Seal(tables: [fact]))
        return (page, page.content.text)
    }

    private func page(
        _ dashboard: Dashboard,
        _ choices: DashboardChoices,
        _ rows: [PanelRows],
        _ seal: Seal
    ) -> DashboardPage {
        let view = DashboardView(
            dashboard: dashboard,
            tab: 0,
            choices: choices,
            options: ["city": [FilterOption(value: "\"><i>", title: "<i>")]],
            answers: zip(dashboard.tabs[0].panels, rows)
                .map { panel, rows in
                    PanelAnswer(
                        panel: panel,
                        outcome: .success(.init(rows: rows, seal: seal)),
                        choices: choices
                    )
                },
            pipeline: Pipeline(
                name: "shop",
                schema: "shop",
                periods: nil,
                sources: [:],
                dimensions: [],
                facts: [],
                marts: []
            ),
            today: Day(number: 20_000)
        )
        return DashboardPage(view)
    }

    @Test("a heat map shows what is no number as it is written, and not as zero")
    func infinite() throws {
        let yaml = """
            dashboard: shop
            panels:
              - heat: Grid
                sql: select 1
                x: hour
                y: day
                value: { amount: money }
            """
        let folder = DashboardFolder(texts: ["dashboards/shop.yaml": yaml])
        let dashboard = try #require(folder.dashboards.first, "\(folder.problems)")
        let rows = PanelRows(
            columns: [
                .init(name: "hour", kind: .text), .init(name: "day", kind: .text),
                .init(name: "amount", kind: .number),
            ],
            rows: [["9", "Monday", "Infinity"], ["10", "Monday", "5"]]
        )
        let choices = try DashboardChoices([], asked: { _ in [] }, newest: Day(number: 20_000))
        let text = page(dashboard, choices, [rows], Seal(tables: [])).content.text
        #expect(text.contains("amount=Infinity") && text.contains("amount=5.00"), "\(text)")
        #expect(!text.contains("amount=0.00"))
    }

    private func count(_ part: String, in text: String) -> Int {
        text.components(separatedBy: part).count - 1
    }

    @Test("has a missing month hatched, and no bar for it")
    func missing() throws {
        let missing = try page().text
        #expect(missing.contains("1 of 3 periods missing: 2024-02"))
        #expect(count("url(#hatch-missing)", in: missing) == 3, "bars, legend, the small bars")
        #expect(missing.contains("<td class=\"num\">missing</td>"))
        let whole = try page(hasFebruary: true).text
        #expect(whole.contains("All 3 periods loaded") && !whole.contains("fill=\"url("))
    }

    @Test("tells exact values, and which load they are of")
    func values() throws {
        let text = try page().text
        #expect(
            text.contains("data-tip=\"Jan 2024|&lt;b&gt;Sold&lt;/b&gt;=10.50|Loaded by=load 7\"")
        )
        #expect(text.contains("data-tip=\"Feb 2024|State=missing\""))
        #expect(text.contains("<b>31.50</b> in all"))
        #expect(text.contains("30 of 36 rows") && text.contains("6 rejected (16.67 %)"))
        #expect(text.contains("<a href=\"/loads/7\">load 7</a>"))
    }

    @Test("leads from each place of a chart to the panel with that place alone")
    func narrowing() throws {
        let text = try page().text
        let link =
            "/dashboards/shop/panels/sales-more?period=2024-02..2024-02&amp;city=%22%3E%3Ci%3E"
        #expect(text.contains("data-tip=\"Feb 2024|State=missing\" data-go=\"\(link)\""))
        #expect(text.contains("<td class=\"nowrap\"><a href=\"\(link)\">Feb 2024</a></td>"))
    }

    @Test("shows what files and rows say as text, and has no style and no script")
    func hostile() throws {
        let text = try page().text
        #expect(!text.contains("<script") && !text.contains("<i>") && !text.contains("<b>Sold"))
        #expect(!text.contains("style=") && !text.contains("javascript:"))
        #expect(text.contains("href=\"/tables/..%2Fa%3Fb%26%3Cc%3E?of=..%2Fa%3Fb%26%3Cc%3E\""))
        #expect(text.contains("city=%22%3E%3Ci%3E"))
    }

    @Test("is told programs with columns, rows and seal")
    func json() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let text = String(decoding: try encoder.encode(page().page), as: UTF8.self)
        #expect(
            text.contains(
                #""missing":["2024-02"],"panel":"sales-more","period":"2024-01..2024-03""#
            )
        )
        #expect(text.contains(#""rows":[["2024-01","10.50"],["2024-03","21.00"]]"#))
        #expect(text.contains(#""standing":"missing""#))
    }
}
