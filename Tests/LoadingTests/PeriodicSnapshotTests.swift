import Pipelines
import Planning
import Testing
import WarehouseTestSupport

@Suite("A periodic snapshot")
struct PeriodicSnapshotTests {
    private static let definition = """
        pipeline: bank
        period: { grain: month, start: 2024-01 }
        sources: { drops: { files: data } }
        facts:
          balance:
            from: { source: drops, csv: "balances_{period}.csv" }
            period: month
            grain: [account, month]
            columns:
              month: { type: date, required: true }
              account: { type: text, required: true }
              balance: { type: "decimal(14,2)", required: true }
        """

    @Test(
        "has a row for each account and month, and a reload takes the month's whole snapshot anew"
    )
    func reload() async throws {
        let dock = try await Dock([
            "balances_2024-01.csv": "month,account,balance\n2024-01-31,a,1.00\n2024-01-31,b,2.00\n",
            "balances_2024-02.csv": "month,account,balance\n2024-02-29,a,3.00\n2024-02-29,b,4.00\n",
        ])
        let definition = try Definition.text(Self.definition)
        let load = try await dock.load(definition, periods: "2024-01..2024-02")
        #expect(load.failures == [])
        try dock.write("balances_2024-01.csv", "month,account,balance\n2024-01-31,a,9.00\n")
        #expect(try await dock.load(definition).failures == [])
        #expect(
            try await dock.rows(
                "select month, account, balance from bank.fact_balance order by 1, 2"
            )
                == ["2024-01-31|a|9.00", "2024-02-29|a|3.00", "2024-02-29|b|4.00"]
        )
    }
}
