import Charts
import Pipelines
import Testing

@testable import Dashboards

@Suite("Figures")
struct FigureTests {
    private static let rows = PanelRows(
        columns: [
            .init(name: "bucket", kind: .number), .init(name: "name", kind: .text),
            .init(name: "paid", kind: .number), .init(name: "pending", kind: .number),
        ],
        rows: [
            ["0", "Ana", "10.10", "0.20"], ["2", "Bo", "30.30", nil],
            ["4", "Cleo", "20.20", "0.60"],
        ]
    )

    private func parsed(_ written: String) throws -> FigureText {
        let folder = DashboardFolder(
            texts: [
                "d.yaml": """
                dashboard: d
                panels:
                  - text: '\(written)'
                    sql: select 1 as bucket
                """
            ]
        )
        let dashboard = try #require(folder.dashboards.first, "\(folder.problems)")
        guard case .text(let text) = dashboard.tabs[0].panels[0].kind else { return FigureText("") }
        return text
    }

    private var figures: FigureEvaluation {
        FigureEvaluation(Self.rows, place: "bucket", period: "2024-01")
    }

    @Test(
        "are computed exactly",
        arguments: [
            ("{sum(paid)}", "60.6"), ("{sum(pending)|money}", "0.80"), ("{count()}", "3"),
            ("{paid}", "10.1"), ("{last(paid)|money}", "20.20"), ("{last(name)}", "Cleo"),
            ("{top(name, by: paid)}", "Bo"), ("{share(pending, 4)|percent}", "75\u{a0}%"),
            ("{share(pending, 7)|percent}", "0\u{a0}%"),
            ("{min(paid)} to {max(paid)}", "10.1 to 30.3"),
            ("{average(paid)|money}", "20.20"), ("{sum(paid) / sum(pending)|money}", "75.75"),
            ("{(paid + pending) * 2 - 0.6}", "20"), ("{paid / 0}", "–"), ("{nothing}", "–"),
            ("in {period}", "in 2024-01"), ("{sum(paid + pending)}", "31.1"),
            ("{0.1 + 0.2}", "0.3"),
        ]
    )
    func texts(written: String, expected: String) throws {
        #expect(try figures.text(parsed(written)) == expected)
    }

    @Test("have strong words")
    func strong() throws {
        let words = try figures.words(parsed("a **{count()}** b"))
        #expect(words.map(\.text) == ["a ", "3", " b"])
        #expect(words.map(\.isStrong) == [false, true, false])
    }

    @Test(
        "are compared with a number, also with one in percent",
        arguments: [
            ("{share(pending, 4)} > 60 %", true), ("{share(pending, 4)} > 75 %", false),
            ("{share(pending, 4)} < 0.8", true), ("{sum(paid)} > 60.6", false),
            ("{nothing} > 0", false),
        ]
    )
    func conditions(written: String, holds: Bool) throws {
        let folder = DashboardFolder(
            texts: [
                "d.yaml": """
                dashboard: d
                panels:
                  - table: Rows
                    sql: select 1 as bucket
                alerts:
                  - { when: "\(written)", panel: Rows, say: late }
                """
            ]
        )
        let warning = try #require(folder.dashboards.first?.warnings.first, "\(folder.problems)")
        #expect(figures.holds(warning.condition) == holds)
    }

    @Test("of no rows are none, and their sum is zero")
    func empty() {
        let none = FigureEvaluation(PanelRows(columns: Self.rows.columns))
        #expect(none.reduced(.column("paid"), .last) == .nothing)
        #expect(none.reduced(.column("paid"), .sum) == .number(.zero))
        #expect(none.value(.share(.column("paid"), place: "4")) == .nothing)
    }

    @Test("too large to be told are none")
    func large() {
        let rows = PanelRows(
            columns: [.init(name: "n", kind: .number)],
            rows: [["9999999999999999999"]]
        )
        let figures = FigureEvaluation(rows)
        #expect(figures.value(.operation(.times, .column("n"), .column("n"))) == .nothing)
        #expect(
            figures.value(.operation(.over, .column("n"), .column("n"))) == .number(Quantity(1))
        )
    }
}
