import Extraction
import Ledger
import Loading
import Pipelines
import Planning
import Postgres
import Testing
import WarehouseTestSupport

@Suite("Whose exports are", .serialized)
struct ExportOwnershipTests {
    private let dock: Dock
    private let loader: WarehouseLoader

    init() async throws {
        let dock = try await Dock(Shop.files)
        try await dock.connection.script(
            """
            create schema app;
            create table app.pa (sale_id text primary key);
            create table app.pb (sale_id text primary key);
            create table app.longshore_delivered (export text, key text, revision bigint not null, row_key text,
                primary key (export, key), unique (export, row_key));
            """
        )
        loader = WarehouseLoader(
            dock.configuration,
            environment: SourceEnvironment { ["APP_URL": dock.url][$0] }
        )
        self.dock = dock
    }

    /// A pipeline in the schema `shop` that exports its sales into a table of its own.
    private static func definition(
        _ name: String,
        export: String = "spend",
        where condition: String = "true"
    ) throws -> Definition {
        try .text(
            """
            pipeline: \(name)
            warehouse: { schema: shop }
            period: { grain: month, start: 2024-01 }
            sources:
              drops: { files: data }
              app: { postgres: "${APP_URL}" }
            facts:
              \(name)_sale:
                from: { source: drops, csv: "sales_{period}.csv" }
                period: sold_on
                grain: [sale_id]
                columns:
                  sale_id: { type: text, required: true }
                  sold_on: { type: date, required: true }
            exports:
              \(export): { sql: spend.sql, key: sale_id, to: { source: app, table: app.\(name) }, missing: delete }
            """,
            files: ["spend.sql": "select sale_id from fact_\(name)_sale where \(condition)"]
        )
    }

    /// Creates a load, performs its tasks in the plan's order and ends it, as coordinator and workers do.
    @discardableResult
    private func load(_ definition: Definition) async throws -> DockedLoad {
        var load = try await dock.create(definition)
        for (ordinal, task) in load.tasks.enumerated() {
            load.outcomes[task.title] = await dock.perform(
                LoadTaskID(load: load.id, ordinal: ordinal),
                by: loader
            )
        }
        try await dock.connection.query(
            "update longshore.load set state = 'loaded', finished_at = clock_timestamp() where id = \(load.id)"
        )
        return load
    }

    @Test("an export has one pipeline; another one is refused, and told whose it is")
    func onePipeline() async throws {
        #expect(try await load(Self.definition("pa")).failures == [])
        let other = try Self.definition("pb", where: "sale_id <> 's1'")
        let words = """
            the export `shop.spend` belongs to the pipeline `pa`, and an export has one pipeline; nothing was \
            changed. Let `pb` have a schema of its own (`warehouse: { schema: … }`) or other names of exports. \
            If it is the same pipeline under another name:
                longshore pipelines rename pa pb
            An export that its pipeline has given up (neither its newest load has it nor one that runs) belongs \
            to whoever loads it next
            """
        #expect(await dock.problem { _ = try await dock.create(other) } == words)
        let checked = await dock.problem {
            try await other.pipeline.refuseTablesOfOthers(at: dock.configuration)
        }
        #expect(checked == words)
        #expect(try await load(Self.definition("pb", export: "sold")).failures == [])
        #expect(try await dock.rows("select * from app.pa order by 1") == ["s1", "s2", "s3"])
    }

    @Test("a pipeline that is renamed takes its exports along")
    func renamed() async throws {
        #expect(try await load(Self.definition("pa")).failures == [])
        _ = try await dock.ledger.pipelines.rename("pa", to: "pb")
        #expect(try await load(Self.definition("pb")).failures == [])
        #expect(try await dock.rows("select * from app.pb order by 1") == ["s1", "s2", "s3"])
    }

    @Test(
        "an export that was given up is another's, who deletes nothing by it; an older load delivers no more"
    )
    func givenUp() async throws {
        let first = try await load(Self.definition("pa"))
        #expect(first.failures == [])
        #expect(try await load(Self.definition("pa", export: "sold")).failures == [])
        try await dock.connection.script("insert into app.pb values ('s1')")
        let other = try Self.definition("pb", where: "sale_id <> 's1'")
        #expect(try await load(other).failures == [])
        #expect(try await dock.rows("select * from app.pa order by 1") == ["s1", "s2", "s3"])
        #expect(try await dock.rows("select * from app.pb order by 1") == ["s1", "s2", "s3"])
        let desk = dock.ledger.effects
        #expect(try await desk.standings(ofPipeline: "pa").map(\.export) == ["sold"])
        let standings = try await desk.standings(ofPipeline: "pb")
        #expect(standings.map(\.export) == ["spend"] && standings.map(\.delivered) == [2])
        let refused = await dock.problem {
            try await EffectTable(dock.connection)
                .refuseTaken(
                    ExportKey(schema: "shop", name: "spend"),
                    in: first.task("delivery of spend")
                )
        }
        #expect(
            refused == """
                the export `shop.spend` belongs to the pipeline `pb` by now: nothing is delivered; cancel the load
                """
        )
    }
}
