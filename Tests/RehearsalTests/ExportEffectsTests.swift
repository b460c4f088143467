import Extraction
import Loopback
import Planning
import Rehearsal
import TestSupport
import Testing
import WarehouseTestSupport

@Suite("What a load would export")
struct ExportEffectsTests {
    @Test("is counted, and nothing is delivered or written")
    func counted() async throws {
        let server = try WebServer { _, connection in connection.answer(200) }
        let dock = try await Dock(Shop.files)
        let definition = try Shop.definition(
            others: """
                exports:
                  spend:
                    sql: spend.sql
                    key: customer_id
                    to: { http: "\(server.url)/{customer_id}", private: true }
                """,
            marts: [
                "spend.sql":
                    "select customer_id, name from dim_customer where customer_id is not null"
            ]
        )
        let (request, graph) = try dock.request(definition)
        let effects = try await LoadRehearsal(
            dock.configuration,
            environment: SourceEnvironment { _ in nil }
        )
        .effects(of: request, graph: graph)
        #expect(effects.isGood)
        let export = try #require(effects.tasks.first { $0.kind == .export })
        #expect(export.counts == RowCounts(read: 2, loaded: 2))
        #expect(effects.tasks.first { $0.kind == .delivery }?.counts == RowCounts())
        #expect(server.requests.isEmpty)
        #expect(try await dock.row("select count(*) from longshore.effect") == "0")
    }
}
