import Pipelines
import Planning
import Postgres
import Testing
import WarehouseTestSupport

/// What becomes of rows with the same grain when a task has more rows than are compared in memory.
@Suite("Grains beyond their memory")
struct GrainMemoryTests {
    /// So many rows are between those that have the same grain that the smallest table has forgotten the first.
    private static let apart = 2_000

    /// A month of sales; behind them some that are there already: of a customer that has yet to be inferred, word for word,
    /// with another amount, and twice so.
    private static func sales(repeating: Bool) -> String {
        let rows = (0..<apart).map { "s\($0),2024-01-05,\($0 % 7 == 0 ? "new" : "c1"),1.00" }
        let again = [
            rows[0], "s7,2024-01-05,c1,1.00", "s8,2024-01-06,c1,2.00", rows[9],
            "s8,2024-01-06,c1,3.00",
        ]
        return (["sale_id,sold_on,customer_id,amount"] + rows + (repeating ? again : []))
            .joined(separator: "\n") + "\n"
    }

    private static func definition(_ loading: String) throws -> Definition {
        try Shop.definition(sale: Shop.sale(missing: "infer", expect: "load: \(loading)"))
    }

    /// What a dock holds after two loads of January.
    private func loaded(
        _ loading: String,
        grainMemory: Int,
        repeating: Bool = true
    ) async throws -> [String] {
        var files = Shop.files
        files["sales_2024-01.csv"] = Self.sales(repeating: repeating)
        let dock = try await Dock(files, grainMemory: grainMemory)
        var seen: [String] = []
        for _ in 1...2 {
            let load = try await dock.load(try Self.definition(loading))
            #expect(load.failures == [])
            seen.append(String(describing: load.counts("sale 2024-01")))
        }
        seen += try await dock.rows(Shop.facts)
        seen += try await dock.rows(
            "select line, rule, reason, convert_from(raw, 'UTF8') as raw, state from longshore.reject order by id"
        )
        return seen
    }

    @Test(
        "rows are loaded, dropped and refused as if all had been compared",
        arguments: ["replace", "merge", "append"]
    )
    func same(loading: String) async throws {
        let wanted = try await loaded(loading, grainMemory: .max)
        #expect(wanted.contains { $0.contains("line 10 has the same `sale_id` and other values") })
        #expect(wanted.first?.contains("rejected: 3, deduplicated: 2") == true, "\(wanted[0])")
        #expect(try await loaded(loading, grainMemory: 0) == wanted)
    }

    @Test(
        "a value that may stand once is its who stays, also where others are refused for their grain"
    )
    func unique() async throws {
        func loaded(grainMemory: Int) async throws -> [String] {
            let filler = (0..<Self.apart).map { "s\($0),c\($0)" }
            let rows = ["id,code", "a,X"] + filler + ["a,Y", "b,Y"]
            let dock = try await Dock(
                ["s.csv": rows.joined(separator: "\n") + "\n"],
                grainMemory: grainMemory
            )
            let definition = try Definition.text(
                """
                pipeline: shop
                sources: { drops: { files: data } }
                facts:
                  sale:
                    from: { source: drops, csv: s.csv }
                    grain: id
                    columns: { id: { type: text }, code: { type: text, unique: true } }
                """
            )
            let load = try await dock.load(definition, periods: "")
            #expect(load.failures == [])
            return try await dock.rows(
                "select id, code from shop.fact_sale where code in ('X', 'Y')"
            )
                + dock.rows("select line, rule from longshore.reject")
        }
        let wanted = try await loaded(grainMemory: .max)
        #expect(wanted == ["a|X", "b|Y", "2003|grain"])
        #expect(try await loaded(grainMemory: 0) == wanted)
    }

    /// Sales without periods.
    private static func wholeDefinition() throws -> Definition {
        try .text(
            """
            pipeline: shop
            sources: { drops: { files: data } }
            facts:
              sale:
                from: { source: drops, csv: s.csv }
                grain: sale_id
                columns: { sale_id: { type: text }, customer_id: { type: text }, amount: { type: "decimal(12,2)" } }
            """
        )
    }

    private static let wholeCounts = RowCounts(
        read: 2_005,
        loaded: 2_000,
        rejected: 3,
        deduplicated: 2
    )

    @Test("an index that somebody has put in the place of the unique one is not relied upon")
    func otherIndex() async throws {
        let dock = try await Dock(["s.csv": Self.sales(repeating: false)], grainMemory: 0)
        let first = try await dock.load(Self.wholeDefinition(), periods: "")
        #expect(first.failures == [])
        try await dock.connection.script(
            "drop index shop.fact_sale_grain; create index fact_sale_grain on shop.fact_sale (sale_id)"
        )
        try dock.write("s.csv", Self.sales(repeating: true))
        let load = try await dock.load(Self.wholeDefinition(), periods: "")
        #expect(load.failures == [])
        #expect(load.counts("sale") == Self.wholeCounts)
    }

    @Test("rows of which none is there twice are loaded", arguments: ["replace", "merge"])
    func once(loading: String) async throws {
        let seen = try await loaded(loading, grainMemory: 0, repeating: false)
        #expect(seen.count == 2 + Self.apart)
        #expect(seen[0].contains("read: 2000, loaded: 2000, rejected: 0, deduplicated: 0"))
    }

    @Test("a fact without periods, in whose table the copy itself ends, is loaded")
    func whole() async throws {
        let dock = try await Dock(["s.csv": Self.sales(repeating: true)], grainMemory: 0)
        for _ in 1...2 {
            let load = try await dock.load(Self.wholeDefinition(), periods: "")
            #expect(load.failures == [])
            #expect(load.counts("sale") == Self.wholeCounts)
        }
    }
}
