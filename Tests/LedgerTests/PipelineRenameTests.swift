import Inquiry
import Pipelines
import Planning
import Postgres
import StarSchema
import Testing
import WarehouseTestSupport

@testable import Ledger

/// A pipeline that gets another name.
@Suite("Another name", .serialized)
struct PipelineRenameTests {
    /// The tables of the ledger that have a row of a pipeline.
    private func tables(of pipeline: String, at dock: Dock) async throws -> [String] {
        let all = try await dock.rows(
            """
            select c.table_name from information_schema.columns c
            join information_schema.tables t using (table_schema, table_name)
            where table_schema = 'longshore' and column_name = 'pipeline' and table_type = 'BASE TABLE'
            order by 1
            """
        )
        var found: [String] = []
        for table in all {
            let rows = try await dock.rows(
                "select 1 from longshore.\(table) where pipeline = '\(pipeline)' limit 1"
            )
            if !rows.isEmpty { found.append(table) }
        }
        return found
    }

    @Test("a pipeline gets another name everywhere, and nothing has to be loaded again")
    func renamed() async throws {
        let dock = try await Dock(Shop.files)
        let load = try await dock.load(Shop.definition(), periods: "2024-01..2024-02")
        let running = await dock.problem {
            _ = try await dock.ledger.pipelines.rename("shop", to: "store")
        }
        #expect(
            running == """
                the load \(load.id) of `shop` is running: rename when it has ended \
                (`longshore status \(load.id)`), or cancel it
                """
        )
        try await dock.connection.script(
            """
            update longshore.load set state = 'loaded';
            insert into longshore.plan (digest, pipeline, periods, parts, made_by)
                values ('d', 'shop', '{}', '{}', 'test')
            """
        )
        _ = try await dock.ledger.orders.pause(
            .pipeline("shop"),
            interrupts: false,
            reason: nil,
            by: "me"
        )
        let before = try await tables(of: "shop", at: dock)
        #expect(before.count == 6, "\(before)")

        let rename = try await dock.ledger.pipelines.rename("shop", to: "store")
        #expect(rename == PipelineRename(isNew: true, loads: 1, schemas: ["shop"]))
        #expect(try await tables(of: "shop", at: dock) == [])
        #expect(try await tables(of: "store", at: dock) == before)
        #expect(try await dock.ledger.coordination.load(load.id)?.pipeline.name == "store")
        let newest = try #require(
            try await dock.ledger.pipelines.newestDefinition(ofPipeline: "store")
        )
        #expect(newest.name == "store")

        let store = try Shop.called("store", Shop.definition())
        let due = try await dock.due(store.pipeline)
        #expect(due.changes.isEmpty)
        #expect(due.periods.map(\.label).contains("2024-01") == false)
        _ = try await dock.ledger.orders.resume(.pipeline("store"))
        #expect(try await dock.load(store).failures == [])
        #expect(
            try await dock.refusal(of: Shop.definition())?.contains("to the pipeline `store`")
                == true
        )
    }

    @Test(
        "a name that nobody has is refused, one that is given already is not, a taken one is merged"
    )
    func namesThatAreKnown() async throws {
        let dock = try await Dock(Shop.files)
        try await dock.load(Shop.definition())
        try await dock.load(Shop.neighbour())
        try await dock.connection.query("update longshore.load set state = 'loaded'")
        let unknown = await dock.problem {
            _ = try await dock.ledger.pipelines.rename("shops", to: "store")
        }
        #expect(unknown?.contains("did you mean `shop`?") == true)
        let again = try await dock.ledger.pipelines.rename("store", to: "shop")
        #expect(again == PipelineRename(isNew: false, schemas: ["shop"]))
        let taken = await dock.problem {
            _ = try await dock.ledger.pipelines.rename("shop", to: "neighbour")
        }
        #expect(
            taken == """
                the ledger has a pipeline `neighbour` beside `shop`; nothing was changed. If they are \
                to be one for good: longshore pipelines rename shop neighbour --merge
                """
        )
        let merged = try await dock.ledger.pipelines.rename("shop", to: "neighbour", merging: true)
        #expect(merged.loads == 1)
        #expect(try await dock.ledger.pipelines.names() == ["neighbour"])
    }
}
