import Pipelines
import Planning
import Postgres
import Testing
import WarehouseTestSupport

@Suite("Rows and tables at Postgres' limits", .serialized)
struct RowLimitTests {
    /// A fact of texts that must be there, beside its number and the load.
    private func definition(_ texts: Int, rule: String = ", required: true") throws -> Definition {
        let columns = (0..<texts).map { "      c\($0): { type: text\(rule) }" }
        return try .text(
            """
            pipeline: wide
            sources: { drops: { files: data } }
            facts:
              big:
                from: { source: drops, csv: big.csv }
                grain: [id]
                columns:
                  id: { type: integer, required: true }
            \(columns.joined(separator: "\n"))
            """
        )
    }

    /// One row whose texts take as many bytes of it as they can.
    private func source(_ texts: Int) -> String {
        let names = (0..<texts).map { ",c\($0)" }.joined()
        let text = String(repeating: "x", count: 23)
        return "id\(names)\n1" + String(repeating: "," + text, count: texts) + "\n"
    }

    @Test(
        "the widest row that `check` has nothing to say of is loaded, the next is the data's fault"
    )
    func widest() async throws {
        let fitting = try definition(338)
        #expect(fitting.warnings.isEmpty)
        let dock = try await Dock(["big.csv": source(338)])
        #expect(try await dock.load(fitting).failures == [])
        #expect(try await dock.row("select count(*) from wide.fact_big") == "1")
        let wider = try definition(339)
        #expect(wider.warnings.map(\.code) == [.tableWide])
        #expect(wider.warnings.first?.message.contains("takes up to 8176 bytes") == true)
        try dock.write("big.csv", source(339))
        let failure = try #require(try await dock.load(wider).failure("big"))
        #expect(failure.code == "warehouse.beyond_limits")
        #expect(!failure.isRetryable)
        #expect(
            failure.message.hasPrefix(
                "what is to go into `wide.fact_big` is beyond a limit of Postgres: row is too big: size 8176, "
                    + "maximum size 8160. Leave out columns"
            ),
            "\(failure.message)"
        )
    }

    @Test("columns that were dropped leave no room for new ones, which names the table")
    func dropped() async throws {
        let dock = try await Dock(["big.csv": source(1)])
        #expect(try await dock.load(definition(1)).failures == [])
        let added = (0..<1_590).map { "add column d\($0) int" }.joined(separator: ", ")
        let gone = (0..<1_590).map { "drop column d\($0)" }.joined(separator: ", ")
        try await dock.connection.script(
            "alter table wide.fact_big \(raw: added); alter table wide.fact_big \(raw: gone)"
        )
        let problem = await dock.problem { try await dock.create(definition(20, rule: "")) }
        #expect(
            problem?
                .hasPrefix(
                    "what is to go into `wide.fact_big` is beyond a limit of Postgres: tables can have at "
                        + "most 1600 columns"
                ) == true,
            "\(problem ?? "")"
        )
    }
}
