import Extraction
import Loading
import Loopback
import Pipelines
import Planning
import Postgres
import StarSchema
import TestSupport
import Testing
import WarehouseTestSupport

/// Doubles, which sources write as `1e-05`, in columns of whole numbers and decimals.
@Suite("Numbers of sources that know them as such", .serialized)
struct KnownNumberLoadTests {
    private static func definition(
        _ source: String,
        from: String,
        least: String = ""
    ) throws -> Definition {
        try .text(
            """
            pipeline: shop
            sources: { app: { \(source) } }
            facts:
              sale:
                from: { source: app, \(from) }
                grain: [id]
                columns:
                  id: { type: integer, required: true }
                  small: { type: "decimal(12,6)"\(least) }
                  large: { type: integer }
                  written: { type: text, from: small }
            """
        )
    }

    private static let sales = "select id, small, large, written from shop.fact_sale order by id"
    private static let rows = ["1|0.000010|10000000000000000|1e-05", "2|2.500000|3|2.5"]

    @Test("are exact from Postgres, of both lengths")
    func postgres() async throws {
        let dock = try await Dock()
        try await dock.connection.script(
            """
            create table public.t (id int, small float4, large float8);
            insert into public.t values (1, 1e-05, 1e16), (2, 2.5, 3)
            """
        )
        let definition = try Self.definition(
            "postgres: \"${APP_URL}\"",
            from: "query: \"select *, small as written from t\""
        )
        let url = dock.url
        let slot = WarehouseLoader(
            dock.configuration,
            environment: SourceEnvironment { $0 == "APP_URL" ? url : nil }
        )
        #expect(try await dock.load(definition, by: slot).failures == [])
        #expect(try await dock.rows(Self.sales) == Self.rows)
    }

    @Test("are exact from JSON, also when a row is replayed; strings are texts")
    func json() async throws {
        let dock = try await Dock()
        try dock.write(
            "a.jsonl",
            """
            {"id": 1, "small": 1e-05, "large": 1E+16}
            {"id": 2.0, "small": 2.5, "large": 30e-1}
            {"id": 3, "small": "1e-05", "large": 1}

            """
        )
        let files = "files: data"
        let strict = try Self.definition(files, from: "jsonl: a.jsonl", least: ", min: 1")
        let load = try await dock.load(strict)
        #expect(load.counts("sale") == RowCounts(read: 3, loaded: 1, rejected: 2))
        #expect(
            try await dock.rows("select line, rule from longshore.reject order by line") == [
                "1|min", "3|decimal",
            ]
        )
        _ = try await dock.replay(Self.definition(files, from: "jsonl: a.jsonl"))
        #expect(try await dock.rows(Self.sales) == Self.rows)
    }

    @Test("are exact from MongoDB")
    func mongo() async throws {
        let documents = [(1, 1e-05, 1e16), (2, 2.5, 3)] as [(Int32, Double, Double)]
        let server = try MongoDouble([
            "sale": documents.map { id, small, large in
                .document([
                    .init("_id", .int32(id)), .init("id", .int32(id)),
                    .init("small", .double(small)), .init("large", .double(large)),
                ])
            }
        ])
        let dock = try await Dock()
        let definition = try Self.definition(
            "mongo: \"\(server.url)\"",
            from: "collection: sale"
        )
        #expect(try await dock.load(definition).failures == [])
        #expect(try await dock.rows(Self.sales) == Self.rows)
    }
}
