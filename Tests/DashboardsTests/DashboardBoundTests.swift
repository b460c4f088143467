import Dashboards
import Pipelines
import Postgres
import Testing
import WarehouseTestSupport

@Suite("The span of time of a dashboard")
struct DashboardBoundTests {
    /// Hours around a day of Havana, whose clocks show both its midnights twice or once.
    private static let hours = """
        generate_series(timestamptz '2024-11-02 12:00Z', '2024-11-05 12:00Z', '1 hour') at
        """

    @Test(
        "begins and ends at the instants of its days, also where clocks show a midnight twice",
        arguments: [
            ("at >= :period_start and at < :period_end", "25"),
            ("at >= :period_start::timestamptz and at < :period_end", "25"),
            ("at::date = :period_start and at::date <= :period_end::date - 1", "25"),
            ("to_char(at, 'YYYY-MM-DD') = :period_start", "25"),
            ("at::timestamp >= :period_start and at::timestamp < :period_end", "25"),
        ]
    )
    func bounds(_ condition: String, _ hours: String) async throws {
        let dock = try await Dock(Shop.files)
        let definition = try Shop.definition()
        #expect(try await dock.load(definition).failures == [])
        var pipeline = definition.pipeline
        pipeline.zone = "America/Havana"
        let folder = DashboardFolder(
            texts: [
                "dashboards/shop.yaml": """
                dashboard: shop
                filters:
                  period: { type: days, default: { first: 2024-11-03, last: 2024-11-03 } }
                panels:
                  - table: Hours
                    sql: "select count(*) as n, :period_start as day from \(Self.hours) where \(condition)"
                """
            ]
        )
        let dashboard = try #require(folder.dashboards.first, "\(folder.problems)")
        let desk = DashboardDesk(dock.configuration)
        let view = try await desk.view(of: dashboard, tab: 0, in: pipeline) { _ in [] }
        let figures = try #require(view.answers.first?.figures, "\(view.answers)")
        #expect(figures.rows.rows == [[hours, "2024-11-03"]])
    }
}
