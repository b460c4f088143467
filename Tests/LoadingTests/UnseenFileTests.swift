import Pipelines
import Planning
import Testing
import WarehouseTestSupport

/// A dimension that is filled from a fact's own files, and files that come after it was loaded.
@Suite("Files that a dimension has not seen", .serialized)
struct UnseenFileTests {
    private static let january = "id,sold_on,flag\n1,2024-01-05,x\n2,2024-01-06,y\n"
    private static let february = "id,sold_on,flag\n3,2024-02-01,y\n"

    private func definition(missing: String) throws -> Definition {
        try Definition.text(
            """
            pipeline: shop
            period: { grain: month, start: 2024-01, end: 2024-02 }
            sources: { drops: { files: data } }
            dimensions:
              flag:
                from: { source: drops, csv: "sales_*.csv" }
                key: flag
                columns: { flag: { type: text, required: true } }
            facts:
              sale:
                from: { source: drops, csv: "sales_{period}.csv" }
                period: sold_on
                grain: [id]
                columns:
                  id: { type: integer, required: true }
                  sold_on: { type: date, required: true }
                  flag: { references: flag, from: flag, missing: \(missing) }
            """
        )
    }

    /// Loads both months; January's file is written when the dimension has been read.
    private func loadLate(
        _ dock: Dock,
        _ definition: Definition
    ) async throws -> DockedLoad {
        let load = try await dock.create(definition, periods: "2024-01..2024-02")
        #expect(await dock.perform(load.task("flag")).failure == nil)
        try dock.write("sales_2024-01.csv", Self.january)
        for title in ["sale 2024-01", "sale 2024-02"] {
            #expect(await dock.perform(load.task(title)).failure == nil)
        }
        return load
    }

    private static let control = """
        select period, state, reason from longshore.control where table_name = 'fact_sale' order by 1
        """
    private static let sales = """
        select id, flag from shop.fact_sale join shop.dim_flag using (flag_key) order by 1
        """

    @Test(
        "a period whose file came after its dimension was read is stale, and right after the next load",
        arguments: ["unknown", "reject"]
    )
    func late(missing: String) async throws {
        let dock = try await Dock(["sales_2024-02.csv": Self.february])
        let definition = try definition(missing: missing)
        let load = try await loadLate(dock, definition)
        #expect(
            try await dock.rows(Self.control) == [
                "2024-01|stale|`flag` was loaded before `sales_2024-01.csv` was as load \(load.id) read it",
                "2024-02|loaded|∅",
            ]
        )
        #expect(try await dock.load(definition).failures == [])
        #expect(try await dock.rows(Self.sales) == ["1|x", "2|y", "3|y"])
        #expect(try await dock.rows(Self.control) == ["2024-01|loaded|∅", "2024-02|loaded|∅"])
    }

    @Test("so is one whose file was written anew in between")
    func changed() async throws {
        let dock = try await Dock([
            "sales_2024-01.csv": "id,sold_on,flag\n2,2024-01-06,y\n",
            "sales_2024-02.csv": Self.february,
        ])
        _ = try await loadLate(dock, definition(missing: "unknown"))
        #expect(
            try await dock.rows("select period, state from (\(Self.control)) c")
                == ["2024-01|stale", "2024-02|loaded"]
        )
    }

    @Test("where the fact's rows create what is missing, nothing is stale")
    func inferred() async throws {
        let dock = try await Dock(["sales_2024-02.csv": Self.february])
        _ = try await loadLate(dock, definition(missing: "infer"))
        #expect(try await dock.rows(Self.control) == ["2024-01|loaded|∅", "2024-02|loaded|∅"])
        #expect(try await dock.rows(Self.sales) == ["1|x", "2|y", "3|y"])
    }
}
