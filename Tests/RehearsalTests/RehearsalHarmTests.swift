import Extraction
import Loading
import Pipelines
import Planning
import Postgres
import Rehearsal
import TestSupport
import Testing
import WarehouseTestSupport

/// While a rehearsal runs, nobody may be worse off.
///
/// One of its facts comes from a query that takes as long as a test needs: by then the dimensions and
/// the fact before it are written and their locks are held.
@Suite("A rehearsal and others")
struct RehearsalHarmTests {
    /// A fact that takes long, after `sale`; `seconds` 0 makes it quick.
    private static func definition(seconds: Int) throws -> Definition {
        try .text(
            """
            pipeline: shop
            period: { grain: month, start: 2024-01 }
            sources:
              drops: { files: data }
              slow: { postgres: "${SLOW_URL}" }
            dimensions:
            \(Shop.customer)
            facts:
            \(Shop.sale(missing: "infer"))
              stock:
                from:
                  source: slow
                  query: "select 'p1' as product, 1 as pieces, pg_sleep(\(seconds))::text as waited"
                grain: [product]
                columns:
                  product: { type: text, required: true }
                  pieces: { type: integer }
            """
        )
    }

    private func dock() async throws -> (Dock, String) {
        let dock = try await Dock(Shop.files)
        let url = try await TestStack.shared().freshDatabase()
        return (dock, url)
    }

    private func rehearse(_ dock: Dock, _ url: String, seconds: Int) async throws -> Effects {
        let (request, graph) = try dock.request(Self.definition(seconds: seconds))
        return try await LoadRehearsal(
            dock.configuration,
            environment: SourceEnvironment { $0 == "SLOW_URL" ? url : nil }
        )
        .effects(of: request, graph: graph)
    }

    /// Waits until the rehearsal has written the sales of January and waits for its slow source.
    private func untilSalesAreWritten(_ dock: Dock, _ url: String) async {
        let slow = url.split(separator: "/").last.map { $0.prefix { $0 != "?" } } ?? ""
        await eventually(within: .seconds(60), "the rehearsal is at its slow fact") {
            try await dock.row(
                """
                select count(*) > 0 from pg_stat_activity
                where state = 'active' and query like 'copy (select ''p1''%' and datname = '\(slow)'
                """
            ) == "t"
        }
    }

    /// A warehouse that has been loaded once, so that a rehearsal reloads what readers see.
    private func loaded() async throws -> (Dock, String) {
        let (dock, url) = try await dock()
        let slot = WarehouseLoader(
            dock.configuration,
            environment: SourceEnvironment { $0 == "SLOW_URL" ? url : nil }
        )
        let load = try await dock.create(Self.definition(seconds: 0))
        for ordinal in load.tasks.indices {
            let outcome = await dock.perform(
                LoadTaskID(load: load.id, ordinal: ordinal),
                by: slot
            )
            #expect(outcome.failure == nil, "\(outcome)")
        }
        await slot.close()
        return (dock, url)
    }

    @Test("readers see the old rows at once, and no lock that keeps them out is ever held")
    func readers() async throws {
        let (dock, url) = try await loaded()
        try dock.write(
            "sales_2024-01.csv",
            "sale_id,sold_on,customer_id,amount\ns1,2024-01-05,c7,1\n"
        )
        let rehearsal = Task { try await self.rehearse(dock, url, seconds: 60) }
        await untilSalesAreWritten(dock, url)
        try await dock.connection.query("set lock_timeout = '100ms'")
        #expect(
            try await dock.row("select count(*), sum(amount) from shop.fact_sale") == "3|35.75"
        )
        #expect(try await dock.row("select count(*) from shop.dim_customer") == "3")
        #expect(
            try await dock.rows(
                """
                select c.relname from pg_locks l join pg_class c on c.oid = l.relation
                where l.mode = 'AccessExclusiveLock' and l.granted
                    and l.database = (select oid from pg_database where datname = current_database())
                """
            ) == []
        )
        rehearsal.cancel()
        _ = await rehearsal.result
        #expect(try await dock.row("select count(*) from longshore.load") == "1")
    }

    @Test("a load that needs what a rehearsal holds waits for moments, and the rehearsal gives up")
    func yields() async throws {
        let (dock, url) = try await loaded()
        let rehearsal = Task { try await self.rehearse(dock, url, seconds: 300) }
        await untilSalesAreWritten(dock, url)
        let start = ContinuousClock.now
        _ = try await dock.create(Self.definition(seconds: 0))
        #expect(ContinuousClock.now - start < .seconds(20))
        let problem = await dock.problem { _ = try await rehearsal.value }
        #expect(problem?.contains("needed what the rehearsal held: it was given up") == true)
        #expect(try await dock.row("select count(*) from longshore.load") == "2")
    }

    @Test("where a load is writing, the rehearsal is refused and does not wait for its end")
    func refused() async throws {
        let (dock, url) = try await loaded()
        let holder = try await PostgresConnection.connect(dock.configuration)
        try await holder.query("begin")
        try await holder.query(
            "select from longshore.lock where name = 'table shop.fact_sale 2024-01' for update"
        )
        let problem = await dock.problem { _ = try await self.rehearse(dock, url, seconds: 0) }
        #expect(problem?.contains("`fact_sale` 2024-01 is being written by somebody else") == true)
        await holder.close()
    }
}
