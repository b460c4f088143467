import Charts
import Dashboards
import Foundation
import Pipelines
import Postgres
import SampleData
import Testing
import WarehouseTestSupport

@Suite("The dashboard of invoices")
struct InvoicesDashboardTests {
    private let dock: Dock
    private let pipeline: Pipeline
    private let dashboard: Dashboard
    private let desk: DashboardDesk

    init() async throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../pipelines/invoices").path
        let definition = try DefinitionReader.read(folder: folder)
        dock = try await Dock()
        _ = try InvoiceSample(seed: 7, rows: 3_000).write(to: dock.folder + "/data")
        #expect(try await dock.load(definition).failures == [])
        pipeline = definition.pipeline
        dashboard = try #require(DashboardFolder(ofPipelineAt: folder).dashboards.first)
        desk = DashboardDesk(dock.configuration)
        try await dock.connection.query("set search_path to invoices")
    }

    private func figures(
        _ id: String,
        _ asked: [String: [String]] = [:]
    ) async throws -> PanelFigures {
        let view = try await desk.view(of: id, in: dashboard, pipeline) { asked[$0] ?? [] }
        let answer = try #require(view?.answers.first)
        return try #require(
            PanelFigures(answer, today: Day("2026-01-01") ?? Day(number: 0)),
            "\(answer.outcome)"
        )
    }

    private static let byHand = """
        select to_char(f.issue_date, 'YYYY-MM') as month,
            coalesce(sum(case when s.status = 'PAID' then f.total end), 0) as paid,
            coalesce(sum(case when s.status = 'PENDING' then f.total end), 0) as pending,
            coalesce(sum(case when s.status = 'CANCELLED' then f.total end), 0) as cancelled,
            count(distinct f.invoice_id) as invoices
        from fact_invoice f, dim_status s, dim_customer c
        where s.status_key = f.status_key and c.customer_key = f.customer_key
            and extract(year from f.issue_date) = 2024
        """

    private static func lines(_ figures: PanelFigures) -> [String] {
        figures.rows.rows.map { row in row.map { $0 ?? "∅" }.joined(separator: "|") }
    }

    @Test("shows what SQL by hand shows, in every panel")
    func equal() async throws {
        let month = try await dock.rows(Self.byHand + " group by 1 order by 1")
        #expect(month.count == 12)
        for id in ["invoiced-last-month", "sales-by-month", "revenue-to-date"] {
            #expect(try await Self.lines(figures(id)) == month, "\(id)")
        }
        #expect(
            try await Self.lines(figures("customers-who-owe"))
                == dock.rows(
                    """
                    select (select count(distinct f.customer_key) from fact_invoice f join dim_status using (status_key)
                            where status = 'PENDING' and total > 0) as a,
                        (select count(distinct customer_key) from fact_invoice) as b,
                        (select sum(total) from fact_invoice join dim_status using (status_key)
                            where status = 'PENDING') as c
                    """
                )
        )
        #expect(
            try await Self.lines(figures("pending-by-age"))
                == dock.rows(
                    """
                    select case when age < 31 then 0 when age < 61 then 1 when age < 91 then 2 when age < 181 then 3
                            else 4 end as bucket, sum(total) as pending, count(distinct invoice_id) as invoices
                    from (select *, date '2024-12-31' - issue_date as age from fact_invoice) f
                    join dim_status using (status_key)
                    where status = 'PENDING' and issue_date < '2025-01-01' group by 1 order by 1
                    """
                )
        )
        let owe = try await figures("customers-who-owe-most")
        let total = try await dock.rows(
            "select count(*), sum(pending) from mart_customer_balance where pending > 0"
        )
        let sum = owe.rows.rows.indices.compactMap { owe.rows.number("pending", $0) }
            .reduce(.zero, +)
        let pending = try #require(
            total.first?.split(separator: "|").last.flatMap { Quantity(String($0)) }
        )
        #expect(sum == pending)
    }

    @Test("takes what is chosen")
    func chosen() async throws {
        let customers = try await dock.rows(
            "select customer_id from dim_customer where customer_key > 0 order by 1 limit 2"
        )
        #expect(
            try await Self.lines(
                figures("sales-by-month", ["customer": customers, "status": ["PAID"]])
            )
                == dock.rows(
                    Self.byHand + """
                         and s.status = 'PAID' and c.customer_id in ('\(customers[0])', '\(customers[1])')
                        group by 1 order by 1
                        """
                )
        )
    }

    @Test("shows a month whose rows are gone as missing, not as zero")
    func deleted() async throws {
        let before = try await figures("sales-by-month")
        #expect(before.missing == [] && before.seal.standing == .loaded)
        try await dock.connection.query(
            "delete from fact_invoice where issue_date >= '2024-05-01' and issue_date < '2024-06-01'"
        )
        // The server tells what it has counted after a while, or when it is told to.
        try await dock.connection.query("select pg_stat_force_next_flush()")
        let after = try await figures("sales-by-month")
        #expect(after.missing == ["2024-05"] && after.seal.standing == .missing)
        let plot = ChartPlot(try #require(try after.chart?.get()))
        #expect(plot.places.map(\.isMissing) == (1...12).map { $0 == 5 })
        #expect(plot.series.allSatisfy { $0.values[4] == nil })
    }

    @Test("has no month missing where only a customer has bought nothing")
    func quietMonth() async throws {
        let customer = try await dock.rows(
            "select customer_id from dim_customer where customer_key > 0 order by 1 limit 1"
        )
        let figures = try await figures("sales-by-month", ["customer": customer])
        #expect(figures.rows.rows.count < 12)
        #expect(figures.missing == [])
    }
}
