import Ledger
import Pipelines
import Planning
import Postgres
import Testing
import WarehouseTestSupport

@testable import StarSchema

@Suite("SQL of marts before a load")
struct MartPlanningTests {
    @Test("what takes too long to be planned is refused, and what does not leaves no limit behind")
    func limit() async throws {
        let dock = try await Dock(Shop.files)
        #expect(try await dock.load(Shop.definition()).failures == [])
        try await dock.connection.transaction {
            let role = try await MartRole.ensure(for: "shop", on: dock.connection)
            try await #require(role).admit(on: dock.connection)
            var function = MartFunction(
                mart: "m",
                setting: MartSetting(schema: "shop", zone: "UTC"),
                role: role,
                connection: dock.connection
            )
            try await function.check("select count(*) as n from fact_sale")
            let time = try await dock.connection.query(
                "select current_setting('statement_timeout') as time"
            )
            #expect(try time.first?.text("time") == "0")
            function.planningTime = .milliseconds(200)
            let folded = (0..<60).map { "md5(repeat('\($0 % 10)', 50000000))" }
            let error = await #expect(throws: StarSchemaError.self) {
                try await function.check("select \(raw: folded.joined(separator: " || ")) as a")
            }
            #expect(error?.code == .badQuery)
            #expect(
                error?.description
                    .contains(
                        "query of the mart `m`: planning it takes longer than 0.2 s"
                    ) == true
            )
            try await dock.connection.query("rollback to savepoint planning")
        }
    }
}
