import Markup
import Planning
import Testing

@testable import Ledger
@testable import Pages

@Suite("The grid of periods")
struct PeriodsPageTests {
    private static func cell(
        _ month: Int,
        _ standing: GridCell.Standing,
        rows: Int? = nil,
        rejected: Int = 0,
        at time: Int? = nil
    ) -> GridCell {
        GridCell(
            start: "2024-0\(month)-01",
            first: "2024-0\(month)",
            last: "2024-0\(month)",
            periods: 1,
            standing: standing,
            reason: nil,
            rows: rows,
            rejected: rejected,
            load: rows == nil ? nil : 7,
            loadedAt: time
        )
    }

    private static func page(_ show: GridMeasure) -> PeriodsPage {
        let cells = [
            cell(1, .loaded, rows: 100, rejected: 100, at: 100),
            cell(2, .loaded, rows: 50, at: 900), cell(3, .pending),
        ]
        let row = GridRow(
            pipeline: "shop",
            kind: .fact,
            name: "sale",
            schema: "shop",
            table: "fact_sale",
            cells: cells
        )
        return PeriodsPage(
            grid: PeriodGridReport(
                zoom: .month,
                columns: cells.map(\.start),
                rows: [row],
                moreRows: 0
            ),
            pipelines: ["shop"],
            pipeline: "shop",
            needs: [],
            strips: .none,
            show: show,
            now: 1_000
        )
    }

    /// The heights of the bars in the cells.
    private static func heights(_ show: GridMeasure) throws -> [String] {
        let name = show == .rejected ? "f-stale" : "b1"
        let grid = page(show).parts.first { $0.id == "grid" }?.content.text ?? ""
        let bar = #"<rect class="\#(name)" x="0" y="[0-9.]+" width="22" height="([0-9.]+)""#
        return grid.matches(of: try Regex(bar)).map { String($0.output[1].substring ?? "") }
    }

    @Test(
        "shows rows, rejected rows and age by how full a cell is, and the state of what is not loaded"
    )
    func measures() throws {
        #expect(try Self.heights(.rows) == ["20", "10"])
        #expect(try Self.heights(.rejected) == ["20", "0"])
        #expect(try Self.heights(.age) == ["20", "2.22"])
        #expect(try Self.heights(.state) == [])
        for show in GridMeasure.allCases {
            #expect(Self.page(show).content.text.contains("class=\"f-pending\""))
        }
        #expect(Self.page(.age).content.text.contains("15 min old"))
    }

    @Test("keeps what is shown in its links, and in where its changes come from")
    func links() {
        let page = Self.page(.age)
        #expect(page.events.text == "/events?pipeline=shop&show=age&zoom=month")
        let text = page.content.text
        #expect(text.contains("href=\"/?pipeline=shop&amp;show=age&amp;zoom=day\""))
        #expect(text.contains("<a href=\"/?pipeline=shop&amp;zoom=month\">State</a>"))
        #expect(text.contains("name=\"show\" value=\"age\""))
    }

    @Test("changes by parts while somebody looks")
    func parts() {
        let page = Self.page(.state)
        #expect(!page.isOver && page.parts.map(\.id) == ["sum", "needs", "grid"])
        for part in page.parts {
            #expect(page.content.text.contains("<div id=\"\(part.id)\">"), "\(part.id)")
        }
    }
}
