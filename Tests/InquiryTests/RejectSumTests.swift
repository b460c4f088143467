import Charts
import Inquiry
import Ledger
import Pipelines
import Planning
import Testing
import WarehouseTestSupport

@Suite("What rejects would add to sums")
struct RejectSumTests {
    private static let january = """
        sale_id,sold_on,customer_id,amount
        s1,2024-01-05,c1,"1.000,25"
        s2,2024-01-06,c9," 20,50 "
        s3,2024-01-07,c9,5
        s4,2024-01-31,c1,"-7,25"
        s5,2024-01-31,c1,many

        """

    private static func sums(
        of columns: Set<String>,
        january: String = RejectSumTests.january
    ) async throws -> RejectSums? {
        let dock = try await Dock(Shop.files)
        try dock.write("sales_2024-01.csv", january)
        let amount = """
            amount: { type: "decimal(12,2)", required: true, min: 0, clean: [trim], point: ",", thousands: "." }
            """
        let definition = try Shop.definition(sale: Shop.sale(amount: amount))
        let load = try await dock.load(definition)
        #expect(load.failures == [])
        let fact = try #require(definition.pipeline.fact("sale"))
        return try await RejectSumReading(of: fact, in: "shop", summing: columns)?
            .read([(load: load.id, period: "2024-01")], from: dock.ledger.rejects)
    }

    @Test("by rule, in the notation of the definition, and how many are no numbers")
    func sums() async throws {
        let sums = try #require(try await Self.sums(of: ["amount", "sale_id", "none"]))
        #expect(sums.columns == ["amount"] && !sums.isCut)
        let found = sums.entries.map { entry in
            "\(entry.rule) \(entry.rows) \(entry.sums.map { "\($0.total.text) \($0.unread)" })"
        }
        #expect(
            found.sorted() == [
                "decimal 1 [\"0 1\"]", "min 1 [\"-7.25 0\"]", "references 2 [\"25.5 0\"]",
            ]
        )
    }

    @Test("are none of columns that are no numbers")
    func texts() async throws {
        #expect(try await Self.sums(of: ["sale_id", "sold_on"]) == nil)
    }
}
