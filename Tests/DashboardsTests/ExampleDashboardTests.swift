import Charts
import Dashboards
import Foundation
import Pipelines
import Postgres
import SampleData
import Testing
import WarehouseTestSupport

@Suite("The dashboards of the examples")
struct ExampleDashboardTests {
    /// A loaded example beside its dashboard.
    private struct Example {
        let dock: Dock
        let pipeline: Pipeline
        let dashboard: Dashboard
        let desk: DashboardDesk

        /// An example whose files are in a folder of this machine, wherever its definition has them.
        init(
            _ name: String,
            sources: String,
            periods: String,
            sample: (String) throws -> Void
        ) async throws {
            let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
                .appendingPathComponent("../../pipelines/\(name)").path
            var bundle = try DefinitionReader.read(folder: folder).bundle
            let main = try #require(bundle.files[DefinitionBundle.mainFile])
            bundle.files[DefinitionBundle.mainFile] = Self.replacing(sources, in: main)
            let definition = try Definition(bundle: bundle)
            dock = try await Dock()
            try sample(dock.folder + "/data")
            #expect(try await dock.load(definition, periods: periods).failures == [])
            pipeline = definition.pipeline
            dashboard = try #require(DashboardFolder(ofPipelineAt: folder).dashboards.first)
            desk = DashboardDesk(dock.configuration)
            try await dock.connection.query("set search_path to \(id: name)")
        }

        /// The definition with other lines in the place of its sources and of what speaks of them.
        private static func replacing(_ sources: String, in text: String) -> String {
            var kept: [Substring] = []
            var isLeftOut = false
            for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
                if let first = line.utf8.first, first != UInt8(ascii: " ") {
                    isLeftOut = ["sources:", "credentials:", "alerts:"]
                        .contains { line.hasPrefix($0) }
                }
                if !isLeftOut { kept.append(line) }
            }
            return kept.joined(separator: "\n") + "\nsources: { \(sources) }\n"
        }

        /// The rows of a panel, their fields separated by `|`.
        func rows(_ id: String, _ asked: [String: [String]] = [:]) async throws -> [String] {
            let view = try await desk.view(of: id, in: dashboard, pipeline) { asked[$0] ?? [] }
            let answer = try #require(view?.answers.first, "there is no panel `\(id)`")
            let figures = try #require(answer.figures, "\(answer.outcome)")
            #expect(!figures.rows.rows.isEmpty)
            return figures.rows.rows.map { row in row.map { $0 ?? "∅" }.joined(separator: "|") }
        }
    }

    @Test("callcenter: calls, promises, adoption, agents and hours are those of SQL by hand")
    func callcenter() async throws {
        let example = try await Example(
            "callcenter",
            sources: "drops: { files: data }",
            periods: "2024-01..2024-03"
        ) { _ = try CallCenterSample(seed: 7, months: 3, calls: 1_500).write(to: $0) }
        let dock = example.dock
        let month = """
            select to_char(period, 'YYYY-MM') as month, sum(is_contact::int) as a, sum((not is_contact)::int) as b,
                count(*) as c, round(sum(is_contact::int)::numeric / count(*), 4) as d,
                coalesce(sum(promise_amount), 0) as e,
                coalesce(sum(case when promise_kept then promise_amount end), 0) as f
            from fact_call, dim_outcome where dim_outcome.outcome_key = fact_call.outcome_key group by 1 order by 1
            """
        #expect(try await example.rows("calls-by-month") == dock.rows(month))
        #expect(
            try await example.rows("clients-who-take-up-a-digital-channel")
                == dock.rows(
                    """
                    select to_char(c.period, 'YYYY-MM') as m, k.segment,
                        round(count(distinct case when digital_channel_adopted then client_id end)::numeric
                            / nullif(count(distinct case when digital_channel_offered then client_id end), 0), 4) as rate
                    from fact_call c join dim_client k using (client_key)
                    where k.segment is not null group by 1, 2 order by 1, 2
                    """
                )
        )
        #expect(
            try await Set(example.rows("when-clients-are-called"))
                == Set(
                    dock.rows(
                        """
                        select extract(hour from started_at at time zone 'America/Bogota')::int as h,
                            extract(isodow from started_at at time zone 'America/Bogota')::int as d, count(*) as n
                        from fact_call group by 1, 2
                        """
                    )
                )
        )
        let agents = try await example.rows("agents")
            .map { $0.split(separator: "|").map(String.init) }
        let byHand = try await dock.rows(
            """
            select agent_id, count(*) as n, coalesce(sum(promise_amount), 0) as promised
            from fact_call join dim_agent using (agent_key) group by 1 order by 1
            """
        )
        #expect(agents.map { "\($0[0])|\($0[3])|\($0[5])" }.sorted() == byHand)
    }

    @Test("sales: months, stores, people and customers are those of SQL by hand")
    func sales() async throws {
        let example = try await Example(
            "sales",
            sources: "drops: { files: data }",
            periods: "2024-01..2024-03"
        ) { _ = try SalesSample(seed: 7, months: 3, sales: 900).write(to: $0) }
        let dock = example.dock
        let asked = ["period": ["2024-01..2024-03"]]
        #expect(
            try await example.rows("sales-last-month", asked)
                == dock.rows(
                    """
                    select to_char(sold_on, 'YYYY-MM') as m, sum(amount) as a, count(*) as n,
                        count(distinct customer_key) as c, sum(amount) / count(*) as average
                    from fact_sale group by 1 order by 1
                    """
                )
        )
        #expect(
            try await example.rows("sales-by-store", asked)
                == dock.rows(
                    """
                    select to_char(sold_on, 'YYYY-MM') as m, name, sum(amount) as a
                    from fact_sale join dim_store using (store_key) group by 1, 2 order by 1, 2
                    """
                )
        )
        let people = try await example.rows("sales-of-the-year-so-far-by-person", asked)
        #expect(people.count > 10)
        let ranking = try await example.rows("ranking-of-the-last-month", asked)
            .map { $0.split(separator: "|").map(String.init) }
        #expect(
            ranking.map { "\($0[1])|\($0[3])|\($0[4])" }.sorted()
                == (try await dock.rows(
                    """
                    select sales_person_id, store_id, round(sum(amount), 2) as a
                    from fact_sale join dim_salesperson using (salesperson_key) join dim_store using (store_key)
                    where sold_on >= '2024-03-01' group by 1, 2
                    """
                ))
                .sorted()
        )
        #expect(
            try await example.rows("customers-by-segment").map { $0.split(separator: "|")[1] }
                .compactMap { Int($0) }.reduce(0, +)
                == Int(dock.row("select count(distinct customer_key) from fact_sale"))
        )
    }

    @Test("finance: days, kinds and customers are those of SQL by hand")
    func finance() async throws {
        let example = try await Example(
            "finance",
            sources: "drops: { files: data }",
            periods: "2024-01-01..2024-01-04"
        ) { _ = try FinanceSample(seed: 7, customers: 40, transactions: 60, days: 4).write(to: $0) }
        let dock = example.dock
        #expect(
            try await example.rows("money-moved-by-day")
                == dock.rows(
                    """
                    select transaction_date as d, transaction_type as t, count(*) as n, sum(amount) as a
                    from fact_transaction group by 1, 2 order by 1, 2
                    """
                )
        )
        let country = try await dock.row(
            "select country from dim_customer where customer_key > 0 order by 1 limit 1"
        )
        #expect(
            try await example.rows("invested-last-day", ["country": [country]])
                == dock.rows(
                    """
                    select investment_date as d, sum(amount) as a
                    from fact_investment join dim_account using (account_key)
                    join dim_customer using (customer_key) where country = '\(country)' group by 1 order by 1
                    """
                )
        )
        #expect(
            try await example.rows("investments-by-kind")
                .map { $0.split(separator: "|")[0...1].joined(separator: "|") }
                == dock.rows(
                    "select investment_type, sum(amount) as a from fact_investment group by 1 order by 2 desc"
                )
        )
        let wealth = try await example.rows("customers-by-wealth")
            .map { $0.split(separator: "|").map(String.init) }
        #expect(
            wealth.compactMap { Quantity($0[5]) }.reduce(.zero, +).text
                == (try await dock.row(
                    """
                    select trim_scale((select sum(amount) from fact_investment)
                        + (select sum(amount) from fact_transaction
                            where transaction_type = 'Dividend Reinvestment')) as a
                    """
                ))
        )
    }
}
