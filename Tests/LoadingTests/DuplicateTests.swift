import Pipelines
import Planning
import Testing
import WarehouseTestSupport

@Suite("Rows with the same grain")
struct DuplicateTests {
    /// `s1` three times, once of a customer that has yet to be inferred, and once word for word.
    private static let doubled = """
        sale_id,sold_on,customer_id,amount
        s1,2024-01-05,new,1.00
        s2,2024-01-06,c2,20.50
        s1,2024-01-05,c1,2.00
        s2,2024-01-06,c2,20.50
        s1,2024-01-05,c2,3.00

        """

    private func load(_ duplicates: String, times: Int = 1) async throws -> (Dock, DockedLoad) {
        var files = Shop.files
        files["sales_2024-01.csv"] = Self.doubled
        let dock = try await Dock(files)
        let definition = try Shop.definition(
            sale: Shop.sale(missing: "infer", expect: "duplicates: \(duplicates)")
        )
        var load = try await dock.load(definition)
        for _ in 1..<times { load = try await dock.load(definition) }
        #expect(load.failures == [])
        return (dock, load)
    }

    @Test("with keep_first the first of the source is loaded, also when it waits for its customer")
    func keepFirst() async throws {
        let (dock, load) = try await load("keep_first")
        #expect(
            try await dock.rows(Shop.facts) == [
                "2024-01-01|s1|new|1.00", "2024-01-01|s2|c2|20.50",
            ]
        )
        #expect(load.counts("sale 2024-01") == RowCounts(read: 5, loaded: 2, deduplicated: 3))
        #expect(try await dock.row("select count(*) from longshore.reject") == "0")
    }

    @Test("with keep_last the last of the source is loaded, and a reload replaces it by itself")
    func keepLast() async throws {
        let (dock, load) = try await load("keep_last", times: 2)
        #expect(
            try await dock.rows(Shop.facts) == [
                "2024-01-01|s1|c2|3.00", "2024-01-01|s2|c2|20.50",
            ]
        )
        #expect(load.counts("sale 2024-01") == RowCounts(read: 5, loaded: 2, deduplicated: 3))
    }

    @Test("with reject, as without a word, the others become rejects")
    func reject() async throws {
        let (dock, load) = try await load("reject")
        let counts = RowCounts(read: 5, loaded: 2, rejected: 2, deduplicated: 1)
        #expect(load.counts("sale 2024-01") == counts)
        #expect(try await dock.rows("select distinct rule from longshore.reject") == ["grain"])
    }

    @Test("rows whose grain has a null are equal to nothing: all of them are kept")
    func nulls() async throws {
        var files = Shop.files
        files["sales_2024-01.csv"] = """
            sale_id,sold_on,customer_id,amount
            s1,2024-01-05,c1,
            s1,2024-01-05,c2,
            s1,2024-01-05,c2,7.00
            s1,2024-01-05,c1,7.00

            """
        let dock = try await Dock(files)
        let definition = try Shop.definition(
            sale: Shop.sale(
                grain: "[sale_id, amount]",
                amount: "amount: { type: \"decimal(12,2)\" }",
                expect: "duplicates: keep_last"
            )
        )
        let load = try await dock.load(definition)
        #expect(load.counts("sale 2024-01") == RowCounts(read: 4, loaded: 3, deduplicated: 1))
        #expect(
            try await dock.rows(Shop.facts + ", amount, customer_id") == [
                "2024-01-01|s1|c1|7.00", "2024-01-01|s1|c1|∅", "2024-01-01|s1|c2|∅",
            ]
        )
    }
}
