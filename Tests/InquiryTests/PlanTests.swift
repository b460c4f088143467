import Extraction
import Inquiry
import Ledger
import Pipelines
import Planning
import Postgres
import StarSchema
import Testing
import WarehouseTestSupport

@Suite("The hash of a plan")
struct PlanTests {
    private func fingerprint(
        _ dock: Dock,
        _ definition: Definition,
        periods: String = "2024-01"
    ) async throws -> PlanFingerprint {
        try await PlanSurvey(dock.request(definition, periods: periods).0)
            .fingerprint(in: dock.ledger, environment: SourceEnvironment { _ in nil })
    }

    /// What has moved since `before`, in words.
    private func changes(
        _ dock: Dock,
        since before: PlanFingerprint,
        _ definition: Definition,
        periods: String = "2024-01"
    ) async throws -> [String] {
        let now = try await fingerprint(dock, definition, periods: periods)
        #expect((now.digest == before.digest) == before.changes(to: now).isEmpty)
        return before.changes(to: now).map(\.description)
    }

    @Test("it is the same as long as nothing has moved")
    func same() async throws {
        let dock = try await Dock(Shop.files)
        let before = try await fingerprint(dock, Shop.definition())
        #expect(before.digest.count == 64)
        #expect(try await changes(dock, since: before, Shop.definition()) == [])
        try dock.write("sales_2024-02.csv", "of another period")
        #expect(try await changes(dock, since: before, Shop.definition()) == [])
    }

    @Test("a file, the definition, the periods, a dimension and a period are told by name")
    func moved() async throws {
        let dock = try await Dock(Shop.files)
        let before = try await fingerprint(dock, Shop.definition())
        try dock.write("customers.csv", Shop.customers + "c3,Cy\n")
        let file = try await changes(dock, since: before, Shop.definition())
        #expect(file.count == 1)
        #expect(
            file.first?.hasPrefix("the file `drops/customers.csv`: was 30 bytes (sha256 ") == true
        )
        #expect(file.first?.contains("), is 36 bytes (sha256 ") == true)
        try dock.write("customers.csv", Shop.customers)

        let other = try await changes(
            dock,
            since: before,
            Shop.definition(sale: Shop.sale(missing: "infer"))
        )
        #expect(other.count == 1)
        #expect(other.first?.hasPrefix("the definition's `pipeline.yaml`: was SHA-256 ") == true)

        let wider = try await changes(
            dock,
            since: before,
            Shop.definition(),
            periods: "2024-01..2024-02"
        )
        #expect(wider.contains("the selected periods: was 2024-01, is 2024-01, 2024-02"))

        let load = try await dock.load(Shop.definition())
        #expect(
            try await changes(dock, since: before, Shop.definition()) == [
                "`dim_customer`: was pending, is loaded by load \(load.id), revision 1",
                "`fact_sale 2024-01`: was pending, is loaded by load \(load.id), revision 1",
            ]
        )
    }

    @Test("a plan is remembered by its first digits, and forgotten after a month")
    func remembered() async throws {
        let dock = try await Dock(Shop.files)
        let definition = try Shop.definition()
        let plan = try await fingerprint(dock, definition, periods: "2024-01..2024-02")
        let request = try dock.request(definition, periods: "2024-01..2024-02").0
        try await dock.ledger.plans.remember(plan, of: request)
        try await dock.ledger.plans.remember(plan, of: request)
        let found = try await dock.ledger.plans.plan(
            String(plan.digest.prefix(8)).uppercased(),
            ofPipeline: "shop"
        )
        #expect(found.fingerprint == plan)
        #expect(found.periods == ["2024-01", "2024-02"])
        let unknown = await dock.problem {
            _ = try await dock.ledger.plans.plan("00000000", ofPipeline: "shop")
        }
        #expect(unknown?.hasPrefix("no plan `00000000` of `shop` is remembered") == true)

        try await dock.connection.query(
            "update longshore.plan set made_at = now() - interval '31 days'"
        )
        try await dock.ledger.plans.remember(try await fingerprint(dock, definition), of: request)
        #expect(try await dock.row("select count(*) from longshore.plan") == "1")
    }

    @Test("a load is refused when the ledger has moved in the last moment before it is written")
    func lastMoment() async throws {
        let dock = try await Dock(Shop.files)
        let definition = try Shop.definition()
        var (request, graph) = try dock.request(definition)
        request.plan = try await fingerprint(dock, definition)
        let first = try await dock.load(definition)
        let asked = request
        let problem = await dock.problem {
            _ = try await dock.ledger.requests.create(asked, tasks: graph.tasks)
        }
        #expect(
            problem?.contains("`fact_sale 2024-01`: was pending, is loaded by load \(first.id)")
                == true
        )
        #expect(try await dock.row("select count(*) from longshore.load") == "1")
        request.plan = try await fingerprint(dock, definition)
        _ = try await dock.ledger.requests.create(request, tasks: graph.tasks)
    }
}
