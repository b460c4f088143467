import Extraction
import Inquiry
import Ledger
import Pipelines
import Planning
import Testing
import WarehouseTestSupport

@Suite("The listed periods", .serialized)
struct ListedPeriodsTests {
    private let sources = SourceEnvironment { _ in nil }

    private func states(_ listed: ListedPeriods) -> [String] {
        listed.reports.filter { $0.table == "shop.fact_sale" }
            .map { "\($0.period) \($0.state) \($0.changes.joined(separator: "; "))" }
    }

    @Test("a pipeline's name stands for its newest load, a folder for the definition that is there")
    func definitions() async throws {
        let dock = try await Dock(Shop.files)
        #expect(try await dock.load(Shop.definition(), periods: "2024-01").failures == [])
        try dock.write("sales_2023-12.csv", "sale_id,sold_on,customer_id,amount\n")
        let byName = try await ListedPeriods(
            ofPipeline: "shop",
            by: "test",
            in: dock.ledger,
            sources: sources
        )
        #expect(states(byName).first == "2024-01 loaded ")
        #expect(byName.notes.count == 1 && byName.notes[0].contains("`sales_2023-12.csv`"))
        let amount = "amount: { type: \"decimal(12,2)\", required: true }"
        let changed = try Shop.definition(sale: Shop.sale(amount: amount))
        let byFolder = try await ListedPeriods(
            of: changed.pipeline,
            folder: dock.folder,
            in: dock.ledger,
            sources: sources
        )
        #expect(states(byFolder).first == "2024-01 loaded the rule of amount has changed")
        let all = try await ListedPeriods(
            ofPipeline: nil,
            by: "test",
            in: dock.ledger,
            sources: sources
        )
        #expect(states(all) == states(byName))
        #expect(all.notes == byName.notes.map { "shop: \($0)" })
    }

    @Test("a pipeline that nobody has loaded is refused")
    func unknown() async throws {
        let dock = try await Dock(Shop.files)
        await #expect(throws: LedgerError.self) {
            try await ListedPeriods(
                ofPipeline: "shop",
                by: "test",
                in: dock.ledger,
                sources: sources
            )
        }
    }
}
