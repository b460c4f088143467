import Extraction
import Loopback
import Pipelines
import Planning
import StarSchema
import TestSupport
import Testing
import WarehouseTestSupport

@Suite("Documents of MongoDB, loaded", .serialized)
struct DocumentLoadTests {
    private static func definition(_ url: String, least: Int, note: String) throws -> Definition {
        try .text(
            """
            pipeline: shop
            sources: { app: { mongo: "\(url)" } }
            facts:
              sale:
                from: { source: app, collection: sale }
                grain: [id]
                columns:
                  id:   { type: integer, required: true, min: \(least) }
                  note: { type: text, from: \(note) }
            """
        )
    }

    private static func sale(_ id: Int32) -> BSONValue {
        .document([
            .init("_id", .int32(id)), .init("id", .int32(id)), .init("note", .string("there")),
            .init(
                "said",
                .document([.init("short", .string("short")), .init("long", .string("long"))])
            ),
        ])
    }

    @Test("a member that was not asked for is not taken for absent when a reject is replayed")
    func notAskedFor() async throws {
        let server = try MongoDouble(["sale": [1, 9].map(Self.sale)])
        let dock = try await Dock()
        let load = try await dock.load(
            Self.definition(server.url, least: 9, note: "said.short")
        )
        #expect(load.counts("sale") == RowCounts(read: 2, loaded: 1, rejected: 1))

        let (_, replay) = try await dock.replay(
            Self.definition(server.url, least: 1, note: "note")
        )
        #expect(replay?.counts("sale") == RowCounts(read: 1, loaded: 0, rejected: 1))
        #expect(
            try await dock.rows("select rule, state, reason from longshore.reject") == [
                "json|open|`note` was not read when it was kept, and its source was not asked for it: "
                    + "load its source again"
            ]
        )

        let (_, again) = try await dock.replay(
            Self.definition(server.url, least: 1, note: "said.long")
        )
        #expect(again?.counts("sale") == RowCounts(read: 1, loaded: 1, rejected: 0))
        #expect(
            try await dock.rows("select id, note from shop.fact_sale order by id") == [
                "1|long", "9|short",
            ]
        )
    }
}
