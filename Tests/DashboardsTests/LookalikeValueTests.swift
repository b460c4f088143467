import Charts
import Dashboards
import Ledger
import Pipelines
import Postgres
import Testing
import WarehouseTestSupport

@Suite("Values that only look alike")
struct LookalikeValueTests {
    private static let composed = "caf\u{e9}"
    private static let decomposed = "cafe\u{301}"

    private static let panels = """
          - bars: By month
            sql: "select to_char(sold_on, 'YYYY-MM') as month, customer_id as who, sum(amount) as amount from fact_sale join dim_customer using (customer_key) group by 1, 2 order by 1, 2"
            x: month
            stack: { by: who, y: amount }
          - bars: By customer
            sql: "select customer_id as who, sum(amount) as amount from fact_sale join dim_customer using (customer_key) where :customer::text is null or customer_id = :customer group by 1 order by 1"
            x: who
            y: { amount: Amount }
        """

    private static func dashboard() throws -> Dashboard {
        let folder = DashboardFolder(
            texts: [
                "dashboards/shop.yaml": """
                dashboard: shop
                filters:
                  customer: { type: choice, of: "select customer_id from dim_customer where customer_key > 0 order by 1" }
                panels:
                \(panels)
                """
            ]
        )
        return try #require(folder.dashboards.first, "\(folder.problems)")
    }

    private static func figures(
        _ desk: DashboardDesk,
        _ pipeline: Pipeline,
        customer: String? = nil
    ) async throws -> [PanelFigures] {
        let view = try await desk.view(of: dashboard(), tab: 0, in: pipeline) { name in
            name == "customer" ? [customer].compactMap(\.self) : []
        }
        return try view.answers.map {
            try #require(PanelFigures($0, today: view.today), "\($0.outcome)")
        }
    }

    /// The values of each series, by its name's bytes.
    private static func values(_ figures: PanelFigures) throws -> [[UInt8]: [String?]] {
        let plot = ChartPlot(try #require(try figures.chart?.get()))
        return Dictionary(
            uniqueKeysWithValues: plot.series.map { series in
                (Array(series.name.utf8), series.values.map { $0?.text })
            }
        )
    }

    @Test(
        "are two series and two places of a panel; a choice of one shows that one, asked again or not"
    )
    func panels() async throws {
        let (one, other) = (Self.composed, Self.decomposed)
        var files = Shop.files
        files["customers.csv"] = "customer_id,name\n\(one),Ana\n\(other),Ben\n"
        files["sales_2024-01.csv"] =
            "sale_id,sold_on,customer_id,amount\n1,2024-01-03,\(one),10\n2,2024-01-04,\(other),20\n"
        let dock = try await Dock(files)
        let definition = try Shop.definition()
        #expect(try await dock.load(definition, periods: "2024-01").failures == [])
        try await dock.connection.script(
            SQL(raw: DatabaseRoles(schemas: ["shop"]).sql.replacing("\\password", with: "password"))
        )
        let desk = DashboardDesk(dock.configuration)
        let pipeline = definition.pipeline

        let all = try await Self.figures(desk, pipeline)
        #expect(
            try Self.values(all[0]) == [Array(one.utf8): ["10"], Array(other.utf8): ["20"]]
        )
        #expect(all[1].places.map { Array($0.utf8) } == [other, one].map { Array($0.utf8) })
        #expect(try Self.values(all[1]).values.flatMap(\.self) == ["20", "10"])

        for (customer, amount) in [(one, "10"), (other, "20")] {
            let figures = try await Self.figures(desk, pipeline, customer: customer)
            #expect(figures[1].rows.rows.map { $0[1] } == ["\(amount).00"])
        }
    }
}
