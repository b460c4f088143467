import Planning
import Testing
import Views

@testable import Ledger

@Suite("The control table for people")
struct PeriodsViewTests {
    private func period(_ table: String, _ label: String, _ state: PeriodState) -> PeriodReport {
        PeriodReport(pipeline: "shop", table: table, period: label, state: state)
    }

    @Test("periods that wait for their files are one line, and reasons name who gave them")
    func table() {
        var closed = period("shop.fact_sale", "2024-01", .closed)
        (closed.reason, closed.closedBy) = ("audited", "ana@quay")
        closed.changes = ["column qty is new"]
        (closed.rows, closed.rejected, closed.loadedBy) = (1_200, 15, 7)
        closed.loadedAt = "2024-02-01T02:00:00Z"
        let awaited = ["2024-02", "2024-03", "2024-04"]
            .map { label in
                var period = period("shop.fact_sale", label, .awaited)
                period.reason = "no file matches `sales_\(label).csv`"
                return period
            }
        var mart = period("shop.mart_month", "2024-05", .closed)
        mart.closedBy = "ana@quay"
        #expect(
            PeriodsView([closed] + awaited + [mart]).lines.joined(separator: "\n") == """
                pipeline  table            period            state     rows  rejected  load  loaded (UTC)         reason
                shop      shop.fact_sale   2024-01           closed   1,200        15     7  2024-02-01 02:00:00  \
                audited; changed: column qty is new (ana@quay)
                shop      shop.fact_sale   2024-02..2024-04  awaited                                              \
                no file matches `sales_2024-02.csv`
                shop      shop.mart_month  2024-05           closed                                               \
                by ana@quay
                """
        )
    }

    @Test("changes are a line each")
    func changes() {
        let change = PeriodChange(table: "shop.fact_sale", period: "2024-01", state: .closed)
        #expect(
            PeriodsView.lines(of: [change]) == [
                "table           period   state", "shop.fact_sale  2024-01  closed",
            ]
        )
    }
}
